"""Template helpers that every slice uses."""

from __future__ import annotations

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

import ckan.plugins.toolkit as tk
from flask_babel import force_locale
from markupsafe import Markup
from werkzeug.exceptions import default_exceptions

from ckanext.ontario import content_policy
from ckanext.ontario.shared import guard, portal
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, LANGUAGES, language_of

__all__ = [
    "humanize_entity_type",
    "markdown_extract",
    "ontario_error_detail",
    "ontario_error_notices",
    "ontario_guard_field",
    "ontario_language",
    "ontario_language_links",
    "ontario_nonce",
    "ontario_portal",
    "ontario_site_title",
    "ontario_vendor_address",
    "ontario_vendor_styles",
    "render_assets",
]

LANGUAGE_NAMES = {"en": "English", "fr": "Français"}
"""Each language in its own words; never translated."""

VENDOR_STYLES = "ontario-theme.min.css"
"""Ontario Design System's compiled styles, as its package names the file."""

_FAULT = int(HTTPStatus.INTERNAL_SERVER_ERROR)
_PUBLIC = Path(__file__).parent / "public"


@dataclass(frozen=True)
class LanguageLink:
    """One language of the language switch."""

    code: str
    name: str
    url: str
    """Path and query."""
    whole: str
    """With scheme and host, for ``hreflang``."""
    current: bool


@dataclass(frozen=True)
class ErrorNotice:
    """What an error page says in one language."""

    language: str
    title: str
    advice: str


@tk.chained_helper
def humanize_entity_type(
    next_helper: Callable[[str, str, str], str | None],
    entity_type: str,
    object_type: str,
    purpose: str,
) -> str | None:
    """Return what people call a kind of thing: CKAN's groups are topics here.

    Args:
        next_helper: CKAN's own.
        entity_type: ``package``, ``group`` or ``organization``.
        object_type: the type of that entity.
        purpose: where the words stand, as CKAN names it (``main nav``, ``facet label`` …).
    """
    if entity_type == object_type == "group" and purpose in _PLURAL_PLACES:
        return str(tk._("Topics"))
    return next_helper(entity_type, object_type, purpose)


_PLURAL_PLACES = {"main nav", "breadcrumb", "content tab", "facet label", "page title"}
"""Where CKAN names all topics together."""


_EXTRACTS = 512
"""Beginnings of texts that a process keeps: some pages of results. Each is at most a few lines."""

_extracts: OrderedDict[tuple[str, int], Markup | str] = OrderedDict()


@tk.chained_helper
def markdown_extract(
    next_helper: Callable[[str, int], Markup | str], text: str, extract_length: int = 190
) -> Markup | str:
    """Return the beginning of a Markdown text without its markup, as CKAN does.

    It follows from the text alone and costs milliseconds, and a list asks twice for each record:
    CKAN's own template once, ours again in the reader's language.

    Args:
        next_helper: CKAN's own.
        text: Markdown.
        extract_length: the most characters.
    """
    if not text:
        return next_helper(text, extract_length)
    key = hashlib.sha256(str(text).encode("utf-8", "surrogatepass")).hexdigest(), extract_length
    found = _extracts.get(key)
    if found is None:
        found = _extracts[key] = next_helper(text, extract_length)
        while len(_extracts) > _EXTRACTS:
            with contextlib.suppress(KeyError):  # another thread made room
                _extracts.popitem(last=False)
    return found


@tk.chained_helper
def render_assets(next_helper: Callable[[str], Markup], type_: str) -> Markup:
    """Return CKAN's tags of styles or scripts, marked as this answer's own.

    Args:
        next_helper: CKAN's own.
        type_: ``style`` or ``script``.
    """
    return content_policy.marked(next_helper(type_))


def ontario_nonce() -> str:
    """Return the number that a page's own ``script`` or ``style`` element carries."""
    return content_policy.nonce()


def ontario_site_title() -> str:
    """Return what pages call this site: as configured in English, in French by its French name."""
    if ontario_language() == DEFAULT_LANGUAGE:
        return str(tk.config["ckan.site_title"])
    if portal.is_internal():
        return tk._("Ontario Data Catalogue (internal)")
    return tk._("Ontario Data Catalogue")


def ontario_portal() -> str:
    """Return which portal this is: ``internal`` or ``public``."""
    return portal.current().value


def ontario_language() -> str:
    """Return the reader's language as the catalogue knows it: ``en`` or ``fr``."""
    return language_of(str(tk.h.lang()))


def ontario_guard_field() -> Markup:
    """Return the hidden input that a form of a guarded view must carry."""
    return guard.field()


def ontario_language_links() -> list[LanguageLink]:
    """Return this page's address in each language, for the language switch."""
    here, now = tk.h.current_url(), ontario_language()
    return [
        LanguageLink(
            code,
            LANGUAGE_NAMES[code],
            tk.h.url_for(here, locale=code),
            tk.h.url_for(here, locale=code, qualified=True),
            code == now,
        )
        for code in LANGUAGES
    ]


def ontario_vendor_styles() -> str | None:
    """Return the address of Ontario Design System's styles, or ``None`` before they are built."""
    return ontario_vendor_address(VENDOR_STYLES)


def ontario_vendor_address(name: str) -> str | None:
    """Return the address of a file of the Ontario Design System, or ``None`` before it is built.

    Args:
        name: the file's name, without its folder.
    """
    path = _vendor_file(name)
    return str(tk.h.url_for_static(f"/{path}")) if path else None


@cache
def _vendor_file(name: str) -> str | None:
    """Find a file that ``ontario assets`` built, as its path below ``public/``."""
    found = sorted((_PUBLIC / "vendor").rglob(name))
    return found[0].relative_to(_PUBLIC).as_posix() if found else None


def ontario_error_notices(code: int | list[int]) -> list[ErrorNotice]:
    """Return what an error page says, in the reader's language first, then in the other.

    Args:
        code: the HTTP status, as CKAN hands it to its error template (a number or a list).
    """
    status = _status(code)
    return [_notice(status, language) for language in _mine_first()]


def ontario_error_detail(code: int | list[int], content: str | None) -> str | None:
    """Return what a view said about an error, or ``None`` for the server's own English phrases.

    Args:
        code: the HTTP status, as CKAN hands it to its error template.
        content: the description of the error.
    """
    status = _status(code)
    stock = default_exceptions[status].description if status in default_exceptions else None
    return content if content and status < _FAULT and content != stock else None


def _status(code: int | list[int]) -> int:
    return int(code[0] if isinstance(code, list) else code)


def _mine_first() -> list[str]:
    mine = ontario_language()
    return [mine, *(language for language in LANGUAGES if language != mine)]


def _notice(status: int, language: str) -> ErrorNotice:
    with force_locale(language):
        title, advice = _words(status)
    return ErrorNotice(language, title, advice)


def _words(status: int) -> tuple[str, str]:
    words: dict[int, tuple[str, str]] = {
        HTTPStatus.BAD_REQUEST: (
            tk._("This request is not understood"),
            tk._("Check what you typed and try again."),
        ),
        HTTPStatus.UNAUTHORIZED: (
            tk._("Please log in"),
            tk._("This page is for people who are logged in."),
        ),
        HTTPStatus.FORBIDDEN: (
            tk._("You may not do this"),
            tk._("Your account does not have the right to see this page or to do this."),
        ),
        HTTPStatus.NOT_FOUND: (
            tk._("Page not found"),
            tk._("This page does not exist, or you may not see it. Try a search."),
        ),
        HTTPStatus.GONE: (
            tk._("This page was removed"),
            tk._("What was here was removed and does not come back."),
        ),
        HTTPStatus.SERVICE_UNAVAILABLE: (
            tk._("Not available at the moment"),
            tk._("Part of the catalogue does not answer. Try again in a few minutes."),
        ),
    }
    broken = (
        tk._("Something went wrong"),
        tk._("The catalogue could not answer. Try again, and tell us if it happens again."),
    )
    return words.get(status, broken)
