"""``ckan ontario-api``: the description of this portal's API."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ckanext.ontario.api import description
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, LANGUAGES

__all__ = ["ontario_api"]


@click.group("ontario-api", short_help="The description of this portal's API.")
def ontario_api() -> None:
    """Write out what this portal's API answers.

    \b
    Example:
      ckan -c public.ini ontario-api openapi openapi.json
    """


@ontario_api.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def openapi(file: Path | None, language: str, *, as_json: bool) -> None:
    """Write the OpenAPI 3.1 description to FILE, or print it.

    It is the document that /api/3/openapi.json answers.

    \b
    Example:
      ckan -c public.ini ontario-api openapi openapi.fr.json --language fr --json
    """
    text, tag = description.served(language)
    if file is None:
        click.echo(text.decode())
        return
    file.write_bytes(text)
    actions = len(description.document(language)["paths"])
    if as_json:
        click.echo(json.dumps({"file": str(file), "actions": actions, "tag": tag}))
    else:
        click.echo(f"{actions} actions in {file}")
