"""Markdown of the reference pages: docstrings, tables and texts in both languages."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any


def prose(doc: str) -> str:
    """Return a Google-style docstring as Markdown: a section becomes a bold word and its text."""
    text = doc.replace("``", "`")
    for section in ("Args", "Returns", "Raises", "Yields", "Example", "Note"):
        marker = f"\n{section}:\n"
        if marker in text:
            before, _, after = text.partition(marker)
            body, rest = _indented(after)
            shown = items(body) if section in {"Args", "Raises"} else body
            text = f"{before}\n**{section}**\n\n{shown}\n{rest}"
    return text


def _indented(text: str) -> tuple[str, str]:
    """Return the indented lines at the start, without their indent, and what follows them."""
    lines = text.splitlines()
    end = next((n for n, line in enumerate(lines) if line and not line.startswith(" ")), len(lines))
    return textwrap.dedent("\n".join(lines[:end])).strip("\n"), "\n".join(["", *lines[end:]])


def items(text: str) -> str:
    """Return ``name: text`` entries as a list; deeper lines belong to the entry above them."""
    items: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and items:
            items[-1] += f" {line.strip()}"
        elif line.strip():
            name, colon, rest = line.strip().partition(":")
            items.append(f"- `{name}`{colon}{rest}" if colon else f"- {line.strip()}")
    return "\n".join(items)


def both(text: Any) -> tuple[str, str]:
    """Return a text in English and French; one that has a single language counts as English."""
    if isinstance(text, Mapping):
        return one_line(str(text.get("en", ""))), one_line(str(text.get("fr", "")))
    return one_line(str(text or "")), ""


def one_line(text: str) -> str:
    """Return a text as it can stand in a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table with its head."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
