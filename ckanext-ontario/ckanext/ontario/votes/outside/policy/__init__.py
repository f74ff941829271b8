"""What a vote does, who can give one, and what is kept of it: a text in each language.

The texts are Markdown. The documentation shows the same files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markdown import markdown
from markupsafe import Markup

__all__ = ["html"]


@cache
def html(language: str) -> Markup:
    """Return the text as HTML.

    Args:
        language: ``en`` or ``fr``.
    """
    text = (Path(__file__).parent / f"{language}.md").read_text(encoding="utf-8")
    return Markup(markdown(text, extensions=["tables"]))  # noqa: S704 -- a text of this package
