"""From the outbox to the public portal and back out of it, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from ckan.tests.helpers import call_action
from tests import factories
from tests.publication.conftest import (
    Outside,
    Releases,
    as_json,
    attach,
    until,
    wired,
)

from ckanext.ontario.shared import clock

Make = Callable[..., dict[str, Any]]

BODY = b"lake,level\nSimcoe,219.15\nNipissing,195.9\n"


def test_a_release_becomes_visible_with_what_is_public(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record(colby_notes="canary-notes", custodian_name="canary-custodian")
    sequence = releases.make(made["id"])
    done = releases.push()
    assert (done["sent"], done["parked"], done["problem"]) == (1, 0, None)
    assert releases.state(made["id"], sequence) == ("done", None)
    shown = connected.show(made["id"])
    assert shown is not None
    assert shown["name"] == made["name"]
    assert shown["title_translated"] == made["title_translated"]
    assert shown["organization"]["name"] == "mecp"
    assert [one["id"] for one in shown["resources"]] == [one["id"] for one in made["resources"]]
    assert [one["name"] for one in shown["groups"]] == ["environment-and-natural-resources"]
    assert "canary" not in as_json(shown)
    assert connected.found(made["id"])


# --- content ---------------------------------------------------------------------------------


def test_dates_are_the_release_s_and_change_with_the_content(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    factories.call("package_patch", id=made["id"])  # CKAN guesses media types only then
    releases.make(made["id"])
    releases.push()
    first = connected.show(made["id"])
    factories.call("package_patch", id=made["id"], colby_notes="inside only")
    releases.make(made["id"])
    releases.push()
    second = connected.show(made["id"])
    factories.call("package_patch", id=made["id"], update_frequency="daily")
    releases.make(made["id"])
    releases.push()
    third = connected.show(made["id"])
    assert first
    assert second
    assert third
    assert first["metadata_modified"] == second["metadata_modified"] < third["metadata_modified"]
    assert first["metadata_created"] == second["metadata_created"] == third["metadata_created"]


def test_a_language_taken_out_inside_is_gone_outside(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record(url="https://example.com/lakes")
    releases.make(made["id"])
    releases.push()
    factories.call(
        "package_patch",
        id=made["id"],
        short_description_translated={"en": "Only English.", "fr": ""},
        maintainer_email="",
        url="",
    )
    releases.make(made["id"])
    releases.push()
    shown = connected.show(made["id"])
    assert shown is not None
    assert shown["short_description_translated"] == {"en": "Only English."}
    assert not shown["maintainer_email"]
    assert not shown["url"]


def test_the_organization_follows_by_its_name(
    connected: Outside, releases: Releases, record: Make
) -> None:
    organization = factories.make_organization(name="new-agency", category="agency")
    made = factories.make_dataset(None, organization)
    releases.make(made["id"])
    releases.push()
    shown = connected.ask("organization_show", id="new-agency")
    assert shown["title_translated"] == organization["title_translated"]
    renamed = {"en": "Agency with a better name", "fr": "Organisme au meilleur nom"}
    factories.call("organization_patch", id=organization["id"], title_translated=renamed)
    releases.make(made["id"])
    releases.push()
    assert connected.ask("organization_show", id="new-agency")["title_translated"] == renamed


# --- files -----------------------------------------------------------------------------------


def test_a_file_is_downloaded_and_read_into_its_table(
    connected: Outside, releases: Releases, file: Make, worker: None
) -> None:
    made = file(BODY)
    resource = made["resources"][0]["id"]
    call_action(
        "datastore_create",
        context={"ignore_auth": True},
        resource_id=resource,
        force=True,
        fields=[
            {"id": "lake", "type": "text", "info": {"label_en": "Lake", "label_fr": "Lac"}},
            {"id": "level", "type": "numeric"},
        ],
    )
    releases.make(made["id"])
    assert releases.push()["sent"] == 1
    shown = connected.show(made["id"])
    assert shown is not None
    assert shown["resources"][0]["url"].startswith(connected.url)
    answer = connected.download(shown)
    assert (answer.status_code, answer.content) == (200, BODY)
    rows = until(lambda: connected.rows(resource))
    assert [row["lake"] for row in rows] == ["Simcoe", "Nipissing"]
    described = connected.ask("ontario_data_dictionary_show", resource_id=resource)["fields"]
    assert (described[0]["label_en"], described[0]["label_fr"]) == ("Lake", "Lac")

    # Other bytes are read again; what did not change is not sent again.
    attach(made["id"], b"lake,level\nHuron,176\n", id=resource)
    releases.make(made["id"])
    assert releases.push()["sent"] == 1
    until(lambda: [row["lake"] for row in connected.rows(resource) or []] == ["Huron"])
    assert connected.bytes_anywhere(b"Nipissing") == []
    kept = connected.ask("ontario_data_dictionary_show", resource_id=resource)["fields"]
    assert kept[0]["label_fr"] == "Lac"

    # From open to restricted: its bytes and its table are gone.
    factories.call(
        "package_patch",
        id=made["id"],
        access_level="restricted",
        exemption="privacy",
        exemption_rationale={"en": "Names of people.", "fr": "Noms de personnes."},
    )
    releases.make(made["id"])
    assert releases.push()["sent"] == 1
    shown = connected.show(made["id"])
    assert shown is not None
    assert (shown["access_level"], shown["resources"]) == ("restricted", [])
    assert connected.rows(resource) is None
    assert connected.bytes_anywhere(b"Huron") == []


def test_a_link_in_the_place_of_a_file_leaves_no_bytes(
    connected: Outside, releases: Releases, file: Make
) -> None:
    made = file(b"a,b\ncanary-before-link,1\n")
    resource = made["resources"][0]["id"]
    releases.make(made["id"])
    releases.push()
    assert connected.bytes_anywhere(b"canary-before-link")
    factories.call(
        "resource_patch",
        id=resource,
        url="https://example.com/levels.csv",
        url_type="",
        clear_upload="true",
    )
    releases.make(made["id"])
    assert releases.push()["parked"] == 0
    shown = connected.show(made["id"])
    assert shown is not None
    assert shown["resources"][0]["url"] == "https://example.com/levels.csv"
    assert connected.bytes_anywhere(b"canary-before-link") == []


def test_nothing_is_sent_before_its_instant(
    connected: Outside, releases: Releases, file: Make
) -> None:
    body = b"a\ncanary-too-early\n"
    made = file(body)
    releases.make(made["id"], release_at=clock.now() + timedelta(hours=1))
    assert releases.push()["sent"] == 0
    assert connected.show(made["id"]) is None
    assert connected.bytes_anywhere(b"canary-too-early") == []


# --- withdrawn, restored, removed ------------------------------------------------------------


def test_withdrawn_is_gone_at_once_and_comes_back(
    connected: Outside, releases: Releases, file: Make
) -> None:
    made = file(
        b"a,b\ncanary-withdrawn,1\n", notes_translated={"en": "canary-withdrawn", "fr": "canari"}
    )
    releases.make(made["id"])
    releases.push()
    shown = connected.show(made["id"])
    assert shown is not None
    address = shown["resources"][0]["url"]
    assert requests.get(address, timeout=60).status_code == 200

    connected.server.ckan("ontario-inventory", "dump")
    (dump, *_older) = [one["name"] for one in connected.ask("ontario_inventory_dump_list")]

    sequence = releases.make(made["id"], "withdraw")
    assert releases.push()["sent"] == 1
    dumps = connected.ask("ontario_inventory_dump_list")
    assert dump not in {one["name"] for one in dumps}
    assert releases.state(made["id"], sequence) == ("done", None)
    assert connected.action("package_show", id=made["id"]).status_code == 404
    assert requests.get(f"{connected.url}/dataset/{made['name']}", timeout=60).status_code == 404
    assert requests.get(address, timeout=60).status_code == 404
    assert not connected.found(made["id"])
    assert connected.bytes_anywhere(b"canary-withdrawn") == []

    releases.make(made["id"], source="restore")
    assert releases.push()["sent"] == 1
    again = connected.show(made["id"])
    assert again is not None
    assert again["metadata_created"] == shown["metadata_created"]
    assert requests.get(address, timeout=60).content == b"a,b\ncanary-withdrawn,1\n"
    assert connected.found(made["id"])


def test_removed_is_gone_for_ever_and_says_so(
    connected: Outside, releases: Releases, record: Make
) -> None:
    made = record()
    first = releases.make(made["id"])
    releases.push()
    late = wired(made["id"], first)
    releases.make(made["id"], "remove")
    assert releases.push()["sent"] == 1

    for identifier in (made["id"], made["name"]):
        answer = connected.action("package_show", id=identifier)
        assert answer.status_code == 410
        message = answer.json()["error"]["message"]
        assert "removed" in message
        assert "retiré" in message
        page = requests.get(f"{connected.url}/dataset/{identifier}", timeout=60)
        assert page.status_code == 410
        assert '<p lang="fr">' in page.text
        missing = requests.get(f"{connected.url}/dataset/never-there", timeout=60)
        assert page.text.count('rel="stylesheet"') == missing.text.count('rel="stylesheet"') > 1
        french = requests.get(f"{connected.url}/fr/dataset/{identifier}", timeout=60)
        assert (french.status_code, "Retiré" in french.text) == (410, True)
    assert connected.action("package_show", id="never-there").status_code == 404
    assert not connected.found(made["id"])

    # A late duplicate, and even a later release, bring nothing back.
    for sequence, generation in ((first, 1), (first + 9, 1), (first, 7)):
        (answered,) = connected.deliver({**late, "sequence": sequence, "generation": generation})
        assert answered["status"] == "removed"
    assert connected.show(made["id"]) is None
    sequence = releases.make(made["id"])
    assert releases.push()["parked"] == 1
    assert releases.state(made["id"], sequence)[0] == "parked"
