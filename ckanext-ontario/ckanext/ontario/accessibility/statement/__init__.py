"""What the portal promises about accessibility: a text in each language, written in Markdown."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from ckanext.ontario.shared import texts

__all__ = ["html"]


def html(language: str) -> Markup:
    """Return the text as HTML.

    Args:
        language: ``en`` or ``fr``.
    """
    return texts.html(Path(__file__).parent, language)
