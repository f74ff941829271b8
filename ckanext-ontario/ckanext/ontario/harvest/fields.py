"""What a kind of source asks for in its form: declared by its harvester, drawn by the page.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Text = Mapping[str, str]

PREFIX = "option-"
"""What the names of the form's inputs begin with: no option is taken for a field of CKAN."""

FORM = "options_of"
"""Hidden input that says of which kind of source the form has asked for options."""

_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"", "no", "false", "off", "0"})


class FieldKind(str, Enum):
    """How a value is asked for, and what it becomes in the source's configuration."""

    TEXT = "text"
    """A line of text → a string."""
    CHOICE = "choice"
    """One of ``choices`` → its name."""
    NUMBER = "number"
    """A whole number above 0."""
    YES_NO = "yes_no"
    """A box to tick → ``true``, or left out."""
    LIST = "list"
    """One value on each line → a list of strings."""


class Wrong(ValueError):
    """What was written in a field is no value of it; carries the code of the reason."""


@dataclass(frozen=True)
class Field:
    """One option of a kind of source, as its form asks for it. What is left blank is left out."""

    name: str
    """The option's key in the configuration."""
    label: Text
    kind: FieldKind = FieldKind.TEXT
    help: Text = field(default_factory=dict[str, str])
    choices: Mapping[str, Text] = field(default_factory=dict[str, Text])
    """Name of each choice → what it is called; the first stands for a blank one."""
    required: bool = False
    administrators: bool = False
    """Whether system administrators alone are asked."""

    @property
    def input(self) -> str:
        """The name of the form's input."""
        return PREFIX + self.name

    def value(self, written: str) -> Any:
        """Return the value of what was written; ``None`` when it is blank.

        Raises:
            Wrong: naming the code of the message that says why it is none.
        """
        text = written.strip()
        if not text:
            if self.required:
                raise Wrong("option_required")
            return None
        if self.kind is FieldKind.CHOICE and text not in self.choices:
            raise Wrong("option_choice")
        if self.kind is FieldKind.NUMBER:
            if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
                raise Wrong("option_number")
            return int(text)
        if self.kind is FieldKind.LIST:
            return [line.strip() for line in text.splitlines() if line.strip()]
        if self.kind is FieldKind.YES_NO:
            if text.lower() not in _YES | _NO:
                raise Wrong("option_choice")
            return True if text.lower() in _YES else None
        return text

    def written(self, value: Any) -> str:
        """Return a value of the configuration as the form shows it."""
        if value is None or value is False:
            return ""
        if value is True:
            return "yes"
        if isinstance(value, list):
            return "\n".join(str(item) for item in value)
        return str(value)


def filled(
    fields: Iterable[Field], written: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options that a form gives, and by field the code of what is wrong."""
    options: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for each in fields:
        try:
            value = each.value(str(written.get(each.input) or ""))
        except Wrong as err:  # noqa: PERF203 -- each field for itself
            wrong[each.input] = str(err)
        else:
            if value is not None:
                options[each.name] = value
    return options, wrong
