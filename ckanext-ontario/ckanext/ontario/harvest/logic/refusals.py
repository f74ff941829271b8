"""What ckanext-harvest's validators refuse, in the reader's language: they speak English alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["translated"]

SAID: tuple[tuple[re.Pattern[str], Callable[..., str]], ...] = (
    (
        re.compile(r"There already is a Harvest Source for this URL"),
        lambda: tk._("Another harvest source has this address and the same options."),
    ),
    (
        re.compile(r"Unknown harvester type: (.*)\. Registered types: \[(.*)\]", re.DOTALL),
        lambda kind, known: tk._(
            "“{kind}” is not a kind of harvest source. The kinds are: {known}."
        ).format(kind=kind, known=known.replace("'", "")),
    ),
    (
        re.compile(r"Error parsing the configuration options: (.*)", re.DOTALL),
        lambda reason: tk._("The options can’t be used: {reason}").format(reason=reason),
    ),
    (
        re.compile(r"Frequency (.*) not recognised", re.DOTALL),
        lambda value: tk._("“{value}” is not a frequency.").format(value=value),
    ),
)
"""How a message begins → the same in the reader's language, given what stands in it."""


@contextmanager
def translated() -> Iterator[None]:
    """Translate the refusals that the block raises.

    Raises:
        ValidationError: the same, in the reader's language.
    """
    try:
        yield
    except tk.ValidationError as err:
        said: Any = err.error_dict
        shown = {field: _messages(found) for field, found in said.items()}
        raise tk.ValidationError(shown) from err


def _messages(found: Any) -> Any:
    return [_message(one) for one in found] if isinstance(found, list) else found


def _message(one: Any) -> Any:
    for pattern, words in SAID:
        if isinstance(one, str) and (match := pattern.match(one)):
            return words(*match.groups())
    return one
