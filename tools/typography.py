"""How French is set in Canada, as far as a program can tell: spaces, apostrophes, quotation marks.

After the Office québécois de la langue française and the Translation Bureau: a non-breaking space
before a colon, inside « » and before %; none before ; ? !; curly apostrophes; no straight quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

NBSP = "\u00a0"
NOT_PROSE = re.compile(
    r"<(code|pre|kbd)\b.*?</\1>|<[^>]*>|`[^`]*`|%\(\w+\)[a-z]|\{[^}]*\}|\b\w+://\S+"
    r"|\b[A-Z]\w*(?:-[A-Z]\w*)+:|\"\w+\":|\[\"[^]]*\]|(?<= )\"(?:en|fr)\"",
    re.DOTALL,
)
"""Tags, code, placeholders, addresses, HTTP headers and JSON: what stands there is no French."""

RULES = {
    "a non-breaking space before a colon": re.compile(r"(?:[^\S\u00a0]|[\w\u2060»)]):(?=\s|$)"),
    "no space before ; ? !": re.compile(r"[\s\u202f][;?!](?=\s|$)"),
    "a non-breaking space inside « »": re.compile(r"«(?!\u00a0)|(?<!\u00a0)»"),
    "a non-breaking space before %": re.compile(r"\d(?: |\u202f)?%"),
    "the curly apostrophe": re.compile(r"(?<=\w)'(?=\w)"),
    "« » for straight or English quotation marks": re.compile(r"[\"“”]"),
}


def faults(text: str) -> Iterator[str]:
    """Yield the rules that a French text breaks, each with the place where it does so."""
    prose = NOT_PROSE.sub("\u2060", text)
    for rule, broken in RULES.items():
        for found in broken.finditer(prose):
            around = prose[max(0, found.start() - 15) : found.end() + 15].replace("\u2060", "…")
            yield f"{rule}: {around}"


def mended(text: str) -> str:
    """Return the text with the spaces that French wants, where an ordinary one stands for it."""
    text = re.sub(r"(?<=\S) :(?=\s|$)", f"{NBSP}:", text)
    text = re.sub(r"« ?(?=\S)(?!\u00a0)", f"«{NBSP}", text)
    text = re.sub(r"(?<=\S)(?<!\u00a0) ?»", f"{NBSP}»", text)
    text = re.sub(r"(?<=[\w»)}])[ \u00a0\u202f]([;?!])(?=\s|$)", r"\1", text)
    return re.sub(r"(?<=\d) %(?!\()", f"{NBSP}%", text)


TOLD = re.compile(r"""\b(?:alt|title|placeholder|aria-label)=["']([^"'%{]*[^\W\d_][^"'%{]*)["']""")
"""What an attribute says to people."""


def left_in_english(english: str, french: str) -> Iterator[str]:
    """Yield the attributes of a French text's HTML that say what the English ones do."""
    yield from sorted(set(TOLD.findall(english)) & set(TOLD.findall(french)))
