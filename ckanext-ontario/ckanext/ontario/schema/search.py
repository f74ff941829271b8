"""CKAN's search hook: every search looks in both languages and weighs the reader's own higher.

It runs after the search clamp (``ontario_visibility``), which has already taken away the
parameters set here.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchQueryError
from flask import has_request_context

from ckanext.ontario.schema import query
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, LANGUAGES, language_of


class SearchHooks:
    """The part of ``IPackageController`` that shapes searches."""

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Return ``search_params`` as a search of both languages.

        Raises:
            SearchQueryError: when the text names a query parser of its own, or has too many words.
        """
        return {**search_params, **parameters(str(search_params.get("q") or ""))}


def parameters(typed: str) -> dict[str, str]:
    """Return Solr's parameters for what the present reader typed; empty when it narrows nothing.

    Raises:
        SearchQueryError: when the text names a query parser of its own, or has too many words.
    """
    try:
        search = query.read(typed)
    except query.LocalParameters as err:
        raise SearchQueryError(
            tk._("A search cannot choose a query parser: “{!” is not allowed in it.")
        ) from err
    except query.TooManyWords as err:
        message = tk._("A search has at most {number} words.").format(number=query.MAX_WORDS)
        raise SearchQueryError(message) from err
    return search.parameters(reader_language()) if search else {"q": "*:*"}


def reader_language() -> str:
    """Return the language of the present reader: ``en`` or ``fr``.

    A page's language is that of its address. A program's is its address's too (``/fr/api/…``),
    else what its ``Accept-Language`` header prefers. Outside a request it is the default.
    """
    if not has_request_context():
        return DEFAULT_LANGUAGE
    if not tk.request.environ.get("CKAN_LANG_IS_DEFAULT", True):
        return language_of(tk.request.environ.get("CKAN_LANG"))
    if tk.request.path.startswith("/api/"):
        accepted = (tag.split("-")[0].lower() for tag, wish in tk.request.accept_languages if wish)
        return next((tag for tag in accepted if tag in LANGUAGES), DEFAULT_LANGUAGE)
    return DEFAULT_LANGUAGE


def title_sort() -> str:
    """Return the sort by title, A to Z, in the present reader's language."""
    return f"title_sort_{reader_language()} asc"
