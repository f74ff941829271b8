"""Suggestions of records while typing, in both languages and without accents.

CKAN's own asks for pieces of the one title it knows, accents included: "energie" suggests nothing
of "Consommation d’énergie".
"""

from __future__ import annotations

from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.lib.search import query_for
from ckan.logic import validate
from ckan.logic.schema import default_autocomplete_schema
from ckan.types import Context

from ckanext.ontario.schema import query
from ckanext.ontario.schema.search import reader_language
from ckanext.ontario.shared.bilingual import LANGUAGES, pick

DEFAULT_LIMIT = 10
"""Suggestions, as in CKAN's own action."""


@tk.side_effect_free
@validate(default_autocomplete_schema)
def package_autocomplete(context: Context, data_dict: dict[str, Any]) -> list[dict[str, str]]:
    """Return records whose title (either language) or URL name has words that begin as typed.

    Replaces CKAN's action of that name, with the same parameters and the same answer, but with
    titles in the reader's language.

    Args:
        context: CKAN's, with the user.
        data_dict: ``q``, the text typed so far; ``limit``, the most suggestions (10).

    Returns:
        ``[{"name", "title", "match_field", "match_displayed"}]``, the best first.
    """
    tk.check_access("package_autocomplete", context, data_dict)
    typed = str(data_dict["q"])
    parameters = {
        "q": query.escape(typed.strip()),
        "defType": "edismax",
        "qf": "suggest",
        "mm": "100%",
        "fl": "name,title,title_en,title_fr",
        "rows": data_dict.get("limit", DEFAULT_LIMIT),
    }
    if not parameters["q"]:
        return []
    found = query_for(model.Package).run(parameters, permission_labels=_labels(context))
    return [_suggestion(record, typed) for record in found["results"]]


def _labels(context: Context) -> list[str] | None:
    if context.get("ignore_auth") or authz.is_sysadmin(context.get("user")):
        return None
    return lib_plugins.get_permission_labels().get_user_dataset_labels(context.get("auth_user_obj"))


def _suggestion(record: dict[str, str], typed: str) -> dict[str, str]:
    titles = {code: record.get(f"title_{code}", "") for code in LANGUAGES}
    title = pick(titles, reader_language()) or record.get("title", "")
    by_name = typed.lower() in record["name"]
    return {
        "name": record["name"],
        "title": title,
        "match_field": "name" if by_name else "title",
        "match_displayed": record["name"] if by_name else f"{title} ({record['name']})",
    }
