"""A validation plan: a schema's validators in CKAN's order, worked out once, not per record.

The same validator functions run in the same order with the same arguments as in CKAN's
``navl.validate``; what is saved is finding out, for each record again, which they are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ckan.lib.navl import dictization_functions as navl
from ckan.lib.navl.validators import ignore_missing
from ckan.logic import converters
from ckan.types import Context

Path = tuple[Any, ...]
Flat = dict[Path, Any]
Step = tuple[Callable[..., Any], int]
"""A validator and how many arguments it takes."""
Field = tuple[str, tuple[Step, ...], bool]
"""A name, its validators, and whether nothing is done where it is missing."""

SPECIAL = ("__before", "__extras", "__after", "__junk")
_FIRST = operator.itemgetter(0)


class Unplannable(Exception):
    """A schema, or a record, of a shape that plans do not know: CKAN's own way is right."""


@dataclass(frozen=True)
class Level:
    """The fields of one level of a schema, in the order in which CKAN runs them."""

    names: frozenset[str]
    fields: tuple[Field, ...]
    special: Mapping[str, tuple[Step, ...]]

    @classmethod
    def of(cls, schema: Mapping[str, Any], replaced: Mapping[Any, Any]) -> Level:
        """Return the level of a schema without its lists of objects."""
        listed = {name: steps for name, steps in schema.items() if isinstance(steps, list)}
        steps = {
            name: tuple(_step(replaced.get(one, one)) for one in validators)
            for name, validators in listed.items()
        }
        return cls(
            frozenset(steps),
            tuple(
                (name, steps[name], steps[name][:1] == (_MAY_MISS,))
                for name in sorted(steps)
                if not name.startswith("__")
            ),
            {name: steps[name] for name in SPECIAL if name in steps},
        )


def _step(validator: Any) -> Step:
    code = getattr(validator, "__code__", None)
    if code is None or code.co_argcount not in {1, 2, 4}:
        raise Unplannable(validator)
    return validator, code.co_argcount


_MAY_MISS = _step(ignore_missing)


class Plan:
    """What :func:`ckan.lib.navl.dictization_functions.validate` does, for one schema."""

    def __init__(
        self,
        schema: Mapping[str, Any],
        replaced: Mapping[Any, Any] | None = None,
        *,
        shows: bool = False,
    ) -> None:
        """Work out the order.

        Args:
            schema: CKAN's.
            replaced: validators → those that stand in their place.
            shows: the schema shows a record. Its errors are not asked for, so fields that are
                stored as extras may be taken out of them all at once.

        Raises:
            Unplannable: when the schema nests deeper than lists of objects.
        """
        self.lifted = _stored_as_extras(schema) if shows else frozenset[str]()
        lifted = {name: schema[name][1:] for name in self.lifted}
        self.top = Level.of({**schema, **lifted}, replaced or {})
        self.lists: dict[str, Level] = {}
        for name, inner in sorted(schema.items()):
            if isinstance(inner, Mapping):
                if any(isinstance(one, Mapping) for one in inner.values()):
                    raise Unplannable(name)
                self.lists[name] = Level.of(inner, replaced or {})
        self.keys = list(schema)

    def validate(self, data: dict[str, Any], context: Context) -> tuple[dict[str, Any], bool]:
        """Return the converted data, and whether there are errors (CKAN's way says which).

        Raises:
            Unplannable: when the record is of a shape that only CKAN's way can judge.
        """
        known: Any = Context(context, schema_keys=list(self.keys))
        flat = navl.flatten_dict(self._with_lifted(data))
        levels = self._levels(flat)
        converted = self._augmented(flat, levels)
        errors: dict[Path, list[Any]] = {
            (*prefix, name): [] for prefix, level in levels for name in level.names
        }
        run = partial(_run, data=converted, errors=errors, context=known)
        for prefix, level in levels:
            run((*prefix, "__before"), level.special.get("__before", ()))
        for prefix, level in levels:
            for name, steps, may_miss in level.fields:
                key = (*prefix, name)
                value = converted.get(key)
                if may_miss and (value is None or value is navl.missing):
                    converted.pop(key, None)
                elif steps:
                    run(key, steps)
        for prefix, level in levels:
            run((*prefix, "__extras"), level.special.get("__extras", ()))
        for prefix, level in reversed(levels):
            run((*prefix, "__after"), level.special.get("__after", ()))
        run(("__junk",), self.top.special.get("__junk", ()))
        shown = unflattened(converted)
        for key, value in data.items():
            if value == [] and key not in shown:
                shown[key] = []
        return shown, any(errors.values())

    def _with_lifted(self, data: dict[str, Any]) -> dict[str, Any]:
        """Do for all fields what CKAN's ``convert_from_extras`` does for each."""
        extras = data.get("extras")
        if not self.lifted or not extras or not isinstance(extras[0], dict):
            return data
        found: dict[str, Any] = {}
        others: list[dict[str, Any]] = []
        for one in extras:
            if one["key"] in self.lifted and one["key"] not in found:
                found[one["key"]] = one["value"]
            else:
                others.append(one)
        rest = {name: value for name, value in data.items() if name != "extras"}
        return {**rest, **found, **({"extras": others} if others else {})}

    def _levels(self, flat: Flat) -> list[tuple[Path, Level]]:
        """Return the levels a record has, in CKAN's order."""
        inner = {key[:2] for key in flat if len(key) == 3 and key[0] in self.lists}
        if any(len(key) not in {1, 3} for key in flat):
            raise Unplannable
        return [((), self.top), *((prefix, self.lists[prefix[0]]) for prefix in sorted(inner))]

    def _augmented(self, flat: Flat, levels: list[tuple[Path, Level]]) -> Flat:
        """Set apart what the schema does not know, and mark what is missing."""
        known = dict(levels)
        data: Flat = {}
        unknown: dict[Path, dict[str, Any]] = {}
        for key, value in flat.items():
            level = known.get(key[:-1])
            if level is None:  # a list of objects that the schema does not have
                raise Unplannable(key)
            if key[-1] in level.names:
                data[key] = value
                continue
            if len(key) == 1 and key[0] in self.lists and value != []:
                raise Unplannable(key)
            unknown.setdefault((*key[:-1], "__extras"), {})[key[-1]] = value
        data.update(unknown)
        for prefix, level in levels:
            for name, *_how in level.fields:
                data.setdefault((*prefix, name), navl.missing)
        return data


def _stored_as_extras(schema: Mapping[str, Any]) -> frozenset[str]:
    first = converters.convert_from_extras
    return frozenset(
        name
        for name, steps in schema.items()
        if isinstance(steps, list) and [*steps[:1]] == [first]
    )


def _run(
    key: Path,
    steps: tuple[Step, ...],
    *,
    data: Flat,
    errors: dict[Path, list[Any]],
    context: Context,
) -> None:
    for validator, arguments in steps:
        try:
            if arguments == 4:
                validator(key, data, errors, context)
            elif arguments == 2:
                data[key] = validator(data.get(key), context)
            else:
                data[key] = validator(data.get(key))
        except navl.StopOnError:  # noqa: PERF203 -- each validator may stop the others
            return
        except navl.Invalid as err:
            errors[key].append(err.error)


def unflattened(flat: Flat) -> dict[str, Any]:
    """Return what :func:`ckan.lib.navl.dictization_functions.unflatten` does, sooner."""
    inner = [key for key in flat if len(key) == 3]
    outer = [key for key in flat if len(key) == 1]
    if len(inner) + len(outer) < len(flat) or any((key[0],) in flat for key in inner):
        return navl.unflatten(flat)
    shown = {key[0]: flat[key] for key in sorted(outer, key=_FIRST)}
    before: Path = ()
    item: dict[str, Any] = {}
    for key in sorted(inner):
        if key[:2] != before:
            before, item = key[:2], {}
            shown.setdefault(key[0], []).append(item)
        item[key[2]] = flat[key]
    return shown
