"""Makes the pictures of the pages for ministries: ``make pictures`` writes ``docs/images/``.

It is no test of its own and no run collects it; naming the file runs it. The records are those
that ``ontario up`` plays with, so that the pictures look like what people try out.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from tests.e2e import publication_world
from tests.e2e.portals import Portals
from tests.e2e.publication_world import MINISTRY, World

from ckanext.ontario.stack.story import made

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 120_000
MOST_HEIGHT = 900
PADDING = 12
REASON = "Please say how often the counts are made."
LANGUAGES = {"en": "", "fr": "/fr"}


@pytest.fixture(scope="module")
def world(internal_server: Any, portals: Portals) -> World:
    """The workflow's people, one of them a delegate."""
    world = publication_world.make(internal_server, portals)
    world.ask(
        "director", "ontario_delegation_create", user="delegate", organization=MINISTRY,
        valid_until="2060-01-01",
    )  # fmt: skip
    return world


def values(record: dict[str, Any]) -> dict[str, Any]:
    """Return what the catalogue's own story says of a record."""
    return {
        "title_translated": record["title"],
        "short_description_translated": record["short"],
        "notes_translated": record["notes"],
        "keywords": record["keywords"],
        "topics": record["topics"],
    }


def picture(page: Page, path: Path, selector: str) -> None:
    """Write the part of a page that a selector names, as WebP, cut where it grows too high."""
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    clip = {
        "x": max(box["x"] - PADDING, 0),
        "y": max(box["y"] - PADDING, 0),
        "width": box["width"] + 2 * PADDING,
        "height": min(box["height"] + 2 * PADDING, MOST_HEIGHT),
        "scale": 1,
    }
    shot = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {"format": "webp", "quality": 80, "captureBeyondViewport": True, "clip": clip},
    )
    content = base64.b64decode(shot["data"])
    assert len(content) <= MOST_BYTES, path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_pictures(
    world: World,
    new_context: Callable[..., BrowserContext],
    portals: Portals,
    sign_in: Callable[..., None],
) -> None:
    camping, *_others, lakes = [
        values(one) for one in made.records() if one["organization"] == MINISTRY
    ]
    returned = world.submitted(**camping)
    world.ask("director", "ontario_release_return", id=returned["id"], reason=REASON)
    live = world.live(**lakes)
    changed = world.live(**camping)
    new = {"en": "One row for each park.", "fr": "Une ligne par parc."}
    world.ask("editor", "package_patch", id=changed["id"], notes_translated=new)
    world.ask("editor", "ontario_release_submit", id=changed["id"])
    waiting = world.submitted(**lakes)
    both = f"/publication/approve?id={changed['id']}&id={waiting['id']}"
    pictures = (
        ("editor", "box", f"/dataset/{returned['id']}", ".publication-status"),
        ("editor", "submit", f"/publication/{returned['id']}/submit", ".publication"),
        ("director", "changes", f"/publication/{changed['id']}/approve",
         "[aria-labelledby=changes-title]"),
        ("director", "approve", f"/publication/{changed['id']}/approve", ".publication-form"),
        ("director", "queue", "/publication", ".publication"),
        ("director", "several", both, ".publication"),
        ("director", "live", f"/publication/{live['id']}", ".publication-status"),
        ("director", "roles", "/publication/roles", "[aria-labelledby=roles-title]"),
    )  # fmt: skip
    for who in ("editor", "director"):
        page = new_context().new_page()
        sign_in(page, portals.internal, who)
        for language, prefix in LANGUAGES.items():
            for name, address, selector in [one[1:] for one in pictures if one[0] == who]:
                page.goto(f"{portals.internal}{prefix}{address}")
                picture(page, IMAGES / language / f"{name}.webp", selector)
