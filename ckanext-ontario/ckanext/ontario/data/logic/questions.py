"""From what a caller sent to what CKAN's DataStore can take: or a clear error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy.exc as sa_exc
from ckan.types import DataDict

from ckanext.datastore.backend import DatastoreException
from ckanext.ontario.data.domain import dictionary, queries

TIMEOUT = "57014"
"""PostgreSQL's code for a statement that was cancelled because it took too long."""

_BAD_QUESTION = (
    sa_exc.DataError,
    sa_exc.ProgrammingError,
    sa_exc.InternalError,
    sa_exc.NotSupportedError,
    sa_exc.IntegrityError,
)


def require_answerable(data_dict: DataDict) -> None:
    """Refuse a search that could not be answered.

    Raises:
        ObjectNotFound: for the DataStore's own tables.
        ValidationError: naming each parameter that is wrong.
    """
    for name in ("resource_id", "id"):
        if queries.is_closed(data_dict.get(name)):
            raise tk.ObjectNotFound(tk._("Resource not found"))
    if found := queries.problems(data_dict):
        raise tk.ValidationError({name: [_SENTENCES[code]()] for name, code in found.items()})


def require_shape(data_dict: DataDict) -> None:
    """Refuse a change whose parts are not of the kinds that CKAN takes for granted.

    Raises:
        ValidationError: naming each parameter that is wrong.
    """
    shapes: dict[str, tuple[type, ...]] = {
        "fields": (list,),
        "records": (list,),
        "filters": (dict,),
        "resource": (dict,),
        "resource_id": (str,),
        "id": (str,),
        "aliases": (list, str),
        "primary_key": (list, str),
        "indexes": (list, str),
    }
    wrong: dict[str, Any] = {
        name: [tk._("This is not of the right kind.")]
        for name, kinds in shapes.items()
        if data_dict.get(name) is not None and not isinstance(data_dict[name], kinds)
    }
    for name in ("fields", "records"):
        if name not in wrong and not all(
            isinstance(one, dict) for one in data_dict.get(name) or ()
        ):
            wrong[name] = [tk._("This must be a list of objects.")]
    if data_dict.get("aliases"):
        wrong["aliases"] = [tk._("Tables have no other names on this portal.")]
    if data_dict.get("triggers"):
        wrong["triggers"] = [tk._("Tables have no triggers on this portal.")]
    if wrong:
        raise tk.ValidationError(wrong)


def parsed(filters: str) -> Any:
    """Return filters that were sent as JSON text.

    Raises:
        ValidationError: when they are not JSON.
    """
    try:
        return json.loads(filters)
    except (ValueError, RecursionError) as err:
        raise tk.ValidationError({"filters": [tk._("This is not JSON.")]}) from err


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn what the database does not understand into a ValidationError, without its own words.

    Raises:
        ValidationError: for wrong types of values, unknown columns, too long a question.
    """
    try:
        yield
    except tk.ValidationError as err:
        if "info" not in err.error_dict:
            raise
        # CKAN shows the statement and the database's own words here.
        raise tk.ValidationError({"query": [_SENTENCES["database"]()]}) from err
    except _BAD_QUESTION as err:
        raise tk.ValidationError({"query": [_SENTENCES["database"]()]}) from err
    except sa_exc.OperationalError as err:
        if getattr(err.orig, "pgcode", None) != TIMEOUT:
            raise
        raise tk.ValidationError({"query": [_SENTENCES["slow"]()]}) from err
    except DatastoreException as err:
        raise tk.ValidationError({"query": [_SENTENCES["database"]()]}) from err


def dictionary_changes(fields: Any, present: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the wanted entries by column.

    Raises:
        ValidationError: on ``fields``, a list with one object for each wanted column.
    """
    if not isinstance(fields, list) or not all(isinstance(one, dict) for one in fields):
        raise tk.ValidationError({"fields": [tk._("This must be a list of objects.")]})
    errors: list[Any] = [_field_errors(field, present) for field in fields]
    if any(errors):
        raise tk.ValidationError({"fields": errors})
    return {field["id"]: field for field in fields}


def _field_errors(field: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, list[str]]:
    if not isinstance(field.get("id"), str) or field["id"] not in present:
        return {"id": [tk._("The table has no such column.")]}
    found = dictionary.problem({key: field.get(key) for key in dictionary.LIMITS})
    if found is None:
        return {}
    code, key = found
    return {key: [info_sentence(code, key)]}


def info_sentence(code: str, key: str) -> str:
    """Return the sentence for an entry of the dictionary that is wrong."""
    sentences: dict[str, Callable[[], str]] = {
        "not-an-object": lambda: tk._("A column’s dictionary must be an object."),
        "not-text": lambda: tk._("This must be text."),
        "too-long": lambda: tk._("This may have {limit} characters."),
        "unknown-type": lambda: tk._("The type must be text, numeric, date or timestamp."),
    }
    return sentences[code]().format(limit=dictionary.LIMITS.get(key, 0))


_SENTENCES: dict[str, Callable[[], str]] = {
    "text": lambda: tk._("This must be text."),
    "number": lambda: tk._("This must be a whole number."),
    "negative": lambda: tk._("This must not be negative."),
    "big": lambda: tk._("This number is too big."),
    "filters": lambda: tk._("Filters are an object: each column with a value or a list of values."),
    "values": lambda: tk._("A filter may have 1,000 values."),
    "language": lambda: tk._("The language must be simple, english or french."),
    "nul": lambda: tk._("This holds a character that no text has."),
    "list": lambda: tk._("This must be a name or a list of names."),
    "database": lambda: tk._(
        "The table can’t be asked that: a value may not be of its column’s type. "
        "datastore_info lists the columns and their types."
    ),
    "slow": lambda: tk._("That would take too long. Ask for less, or filter by other columns."),
}
