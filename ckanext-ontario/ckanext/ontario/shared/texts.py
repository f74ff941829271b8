"""Longer texts of the package, in Markdown: ``en.md`` and ``fr.md`` in a folder of their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markdown import markdown
from markupsafe import Markup

__all__ = ["html"]


@cache
def html(folder: Path, language: str) -> Markup:
    """Return a text as HTML.

    Args:
        folder: a folder of this package; its files are trusted.
        language: ``en`` or ``fr``.
    """
    text = (folder / f"{language}.md").read_text(encoding="utf-8")
    return Markup(markdown(text, extensions=["tables"]))  # noqa: S704 -- a text of this package
