"""Texts as the catalogue keeps them: lines, prose, addresses, e-mail, keywords.

Each function returns the value to keep or raises :class:`~.problems.Unusable`. Pure: imports
neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from .folding import one_line, spelled
from .problems import Unusable

LINE_CAP = 200
"""Characters of a title and of a short description (Open Data Guidebook)."""
NOTE_CAP = 500
"""Characters of a line that is not published."""
PROSE_CAP = 30_000
"""Bytes of a text in one language; what the search index holds."""
MAX_KEYWORDS = 500
KEYWORD_LENGTHS = range(2, 101)
EMAIL_MAX = 254
ADDRESS_MAX = 2048

# The schema's validator has the same rule; a test holds the two together.
_MARKUP = re.compile(r"<[/!]?[a-zA-Z-][^>]*>?|&(?:#\w{2,8}|[a-zA-Z]{2,8});|\[[^\]]*\]\([^)]*\)")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}")
_HOST = re.compile(r"(?:\w(?:[\w-]{0,61}\w)?\.)*\w(?:[\w-]{0,61}\w)?\.?")
_UNSAFE = re.compile(r"[\s<>\"\\^`{|}\x00-\x1f]")
_KEYWORD = re.compile(r"[\w \-.'’&/()]+")
_HTML = re.compile(r"</?[a-zA-Z][^>]*>|&(?:#\w{2,8}|[a-zA-Z]{2,8});")


def line(text: str, cap: int = LINE_CAP) -> str:
    """Return one line of plain text.

    Raises:
        Unusable: ``markup_in_text``, ``text_too_long``.
    """
    found = one_line(text)
    if _MARKUP.search(found):
        raise Unusable("markup_in_text", value=found)
    if len(found) > cap:
        raise Unusable("text_too_long", size=len(found), cap=cap)
    return found


def prose(text: str, cap: int = PROSE_CAP) -> str:
    """Return Markdown as it is.

    Raises:
        Unusable: ``text_too_large``.
    """
    size = len(text.encode(errors="replace"))
    if size > cap:
        raise Unusable("text_too_large", size=size, cap=cap)
    return text


def email(text: str) -> str:
    """Return an e-mail address, without ``mailto:``.

    Raises:
        Unusable: ``email_invalid``.
    """
    found = re.sub(r"^mailto:", "", text.strip(), flags=re.IGNORECASE)
    local, _, domain = found.rpartition("@")
    odd = local.startswith(".") or local.endswith(".") or ".." in found
    odd = odd or any(part.startswith("-") or part.endswith("-") for part in domain.split("."))
    if odd or len(found) > EMAIL_MAX or not _EMAIL.fullmatch(found):
        raise Unusable("email_invalid", value=text)
    return found


def address(text: str) -> str:
    """Return ``text`` when it is an http(s) address of a host, without a password.

    Raises:
        Unusable: ``url_invalid``.
    """
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and _is_host(parts.hostname or "")
        fits = fits and parts.port != 0 and parts.password is None
    except ValueError:  # a port or a bracketed host that is none
        fits = False
    if not fits or len(text) > ADDRESS_MAX or _UNSAFE.search(text):
        raise Unusable("url_invalid", value=text)
    return text


def _is_host(host: str) -> bool:
    if ":" in host:
        return True  # urlsplit has checked what stands in brackets
    return len(host) <= 253 and bool(_HOST.fullmatch(host))


def keywords(items: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return keywords, each once whatever its case, and those that no search could hold.

    Raises:
        Unusable: ``too_many_values``.
    """
    found: dict[str, str] = {}
    for item in items:
        found.setdefault(item.casefold(), item)
    if len(found) > MAX_KEYWORDS:
        raise Unusable("too_many_values", size=len(found), cap=MAX_KEYWORDS)
    kept, dropped = [], []
    for item in found.values():
        fits = len(item) in KEYWORD_LENGTHS and _KEYWORD.fullmatch(item)
        (kept if fits else dropped).append(item)
    return kept, dropped


def plain(text: str) -> str:
    """Return a text as the catalogue spells it; HTML becomes plain paragraphs and list items."""
    if not _HTML.search(text):
        return spelled(text)
    parser = _Words()
    parser.feed(text)
    parser.close()
    words = re.sub(r"[ \t\r\f\v]+", " ", "".join(parser.words))
    lines = re.sub(r" ?\n ?", "\n", words)
    return spelled(unescape(re.sub(r"\n{3,}", "\n\n", lines)))


class _Words(HTMLParser):
    """Collects the text of HTML, with line ends where blocks end."""

    _blocks = frozenset(
        {"p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
    )
    _silent = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a list item or a line."""
        del attrs
        if tag in self._silent:
            self._hidden += 1
        elif tag in self._blocks:
            self.words.append("\n\n")
        elif tag in {"br", "tr"}:
            self.words.append("\n")
        elif tag == "li":
            self.words.append("\n- ")

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        if tag in self._silent:
            self._hidden = max(self._hidden - 1, 0)
        elif tag in self._blocks:
            self.words.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if not self._hidden:
            self.words.append(re.sub(r"\s+", " ", data))
