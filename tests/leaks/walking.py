"""Asking a portal as somebody, and finding in the answers what they may not know.

A *subject* is a planted record with everything that hangs on it. Each carries a word of its own
(`zqministry`, `zqdraft`, …) in every text it has, so that a word found in an answer names its leak.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import yaml

HERE = Path(__file__).parent

NOWHERE = "zz-nowhere-at-all"
NOTHING = "00000000-0000-4000-8000-000000000000"

MISSING = {
    "record": NOWHERE,
    "record_id": NOTHING,
    "file": NOTHING,
    "view": NOTHING,
    "activity": NOTHING,
    "object": NOTHING,
    "job": NOTHING,
    "tag": NOWHERE,
    "word": NOWHERE,
    "organization": NOWHERE,
    "topic": NOWHERE,
    "user": NOWHERE,
}
"""What an address or an action is asked for when it is to find nothing."""

NEVER = ("$pbkdf2", "zqreset")
"""In no answer to anybody: hashes of passwords, keys that reset one."""

_TOKEN = re.compile(r"\bI[mj][\w-]+\.[\w-]+\.[\w-]+")
_NONCE = re.compile(r'(?<=nonce=")[\w-]{22}(?=")')
_NOW = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")
_HEADERS = ("Location", "Content-Type", "Content-Disposition", "Allow", "Cache-Control", "ETag")


@dataclass(frozen=True)
class Answer:
    """What came back, as text."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def everything(self) -> str:
        """All of it: status line, headers, body."""
        return "\n".join([*(f"{k}: {v}" for k, v in self.headers.items()), self.body])


@dataclass(frozen=True)
class Subject:
    """A planted record: what it is asked for by, and what gives it away."""

    kind: str
    values: dict[str, str]
    """Placeholder → name or id; what it lacks is asked for as missing."""
    marks: tuple[str, ...]
    """Words and ids that are its own."""
    secret: bool = True
    """Whether that it is there is to be hidden too: it answers like what is missing."""

    def asked(self, text: str) -> dict[str, str]:
        """Return the values for the placeholders of ``text``."""
        return {name: self.values.get(name, MISSING[name]) for name in placeholders(text)}


@dataclass
class Role:
    """Somebody who calls a portal."""

    name: str
    send: Callable[[str, str, Any], Answer]
    """Method, path, JSON of an action (or ``None``) → answer."""
    hidden: tuple[Subject, ...] = ()
    known: Subject | None = None
    secrets: tuple[str, ...] = ()
    """Words this role may not see besides those of hidden subjects."""
    signed_in: bool = True
    private: bool = True
    """Whether no answer may be kept: all of the internal portal, those to tokens outside."""
    problems: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    doors: tuple[str, ...] = ()
    """How the endpoints and actions begin that show this role subjects it finds nowhere else."""
    shown: frozenset[str] = frozenset()
    """The kinds of subjects that are shown there."""
    met: Counter[str] = field(default_factory=Counter)
    """How often each kind of hidden subject was asked for."""
    turn: int = 0
    """Whose turn it is among the hidden subjects; each role begins with another one, so that a
    call meets several of them in the run."""

    def ask(self, what: str, method: str, path: str, sent: Any, asked: dict[str, str]) -> Answer:
        """Send one request and note what is wrong with the answer.

        Args:
            what: the endpoint or action, for the report.
            method: of HTTP.
            path: with its query.
            sent: JSON of an action, or ``None``.
            asked: what was asked for: may stand in the answer.
        """
        answer = self.send(method, path, sent)
        self.seen[what] += 1
        where = f"{what}: {method} {path} {json.dumps(sent) if sent else ''}"
        self._look(where, answer, asked, self.unknown(what))
        return answer

    @property
    def unmet(self) -> set[str]:
        """The kinds of hidden subjects that were never asked for."""
        return {subject.kind for subject in self.hidden} - set(self.met)

    @property
    def summary(self) -> str:
        """How many requests there were, and how many for what is hidden, by kind."""
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(self.met.items()))
        return f"{sum(self.seen.values())} requests ({kinds or 'nothing is hidden'})"

    def unknown(self, what: str) -> tuple[Subject, ...]:
        """Return what may not be known by an endpoint or action."""
        shown = self.shown if what.startswith(self.doors) else frozenset[str]()
        return tuple(subject for subject in self.hidden if subject.kind not in shown)

    def compare(self, what: str, hidden: Answer, missing: Answer, subject: Subject) -> None:
        """Note where what is hidden and what is missing do not look the same."""
        if hidden != missing:
            self.problems.append(
                f"{what}: {subject.kind} differs from missing: {_first(hidden, missing)}"
            )

    def _look(
        self, where: str, answer: Answer, asked: dict[str, str], hidden: tuple[Subject, ...]
    ) -> None:
        if answer.status >= 500:
            self.problems.append(f"{where}: {answer.status} {answer.body[:200]}")
        if self.private and "no-store" not in answer.headers.get("Cache-Control", ""):
            self.problems.append(f"{where}: may be stored ({answer.headers.get('Cache-Control')})")
        text = without(answer.everything, asked).lower()
        for mark in (*NEVER, *self.secrets, *(m for s in hidden for m in s.marks)):
            if mark.lower() in text:
                at = text.index(mark.lower())
                self.problems.append(
                    f"{where}: {answer.status} shows {text[max(0, at - 60) : at + 60]!r}"
                )
                return


def placeholders(text: str) -> list[str]:
    """Return the names in braces."""
    return re.findall(r"\{(\w+)\}", text)


def filled(text: str, values: dict[str, str]) -> str:
    """Return ``text`` with its placeholders filled in."""
    return re.sub(r"\{(\w+)\}", lambda match: values[match.group(1)], text)


def without(text: str, asked: dict[str, str]) -> str:
    """Return ``text`` with what was asked for, and what differs each time, made alike."""
    for value in sorted(asked.values(), key=len, reverse=True):
        for form in (value, quote(value, safe=""), quote_plus(value), quote(quote(value))):
            text = text.replace(form, "<asked>")
    return _NOW.sub("<now>", _NONCE.sub("<nonce>", _TOKEN.sub("<token>", text)))


def comparable(answer: Answer, asked: dict[str, str]) -> Answer:
    """Return an answer in the form in which two must be the same."""
    kept = {k: without(v, asked) for k, v in answer.headers.items() if k in _HEADERS}
    return Answer(answer.status, kept, without(answer.body, asked))


def table(name: str) -> dict[str, Any]:
    """Read a reviewed table of this folder."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def walk(role: Role, what: str, method: str, path: str, sent: Any = None, *, writes: bool) -> None:
    """Ask for one thing as somebody: what they know, what is missing, what is hidden from them.

    Each call takes another one of the hidden subjects, in turn, so that a role meets all of them
    on its way. What writes is never asked for something known: it might do it.
    """
    text = path + (json.dumps(sent) if sent else "")
    names = placeholders(text)

    def ask(values: dict[str, str]) -> Answer:
        body = json.loads(filled(json.dumps(sent), values)) if sent else sent
        return role.ask(what, method, filled(path, values), body, values)

    if role.known and (names or not writes) and not (writes and names):
        ask(role.known.asked(text))
    missing = {name: MISSING[name] for name in names}
    if not names and role.known and not writes:
        return
    nothing = comparable(ask(missing), missing)
    for subject, values in _hidden(role, what, text):
        role.met[subject.kind] += 1
        answer = comparable(ask(values), values)
        if subject.secret:
            role.compare(what, answer, nothing, subject)


def _hidden(role: Role, what: str, text: str) -> Iterator[tuple[Subject, dict[str, str]]]:
    """Yield the next hidden subject that has all of what is asked for."""
    own = {"record", "record_id", "file", "view", "activity", "object", "job", "tag", "word"}
    asked = [name for name in placeholders(text) if name in own]
    hidden = role.unknown(what)
    fitting = [s for s in hidden if all(name in s.values for name in asked)] if asked else []
    if not fitting:  # a harvest source has no files; only it has jobs
        fitting = [s for s in hidden if asked and asked[0] in s.values]
    if fitting:
        subject = fitting[role.turn % len(fitting)]
        role.turn += 1
        yield subject, subject.asked(text)


def _first(one: Answer, other: Answer) -> str:
    if one.status != other.status:
        return f"{one.status} / {other.status}"
    if one.headers != other.headers:
        return f"{one.headers} / {other.headers}"
    at = next(
        (i for i, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b),
        min(len(one.body), len(other.body)),
    )
    shown = slice(max(0, at - 40), at + 60)
    return f"{one.status} {one.body[shown]!r} / {other.body[shown]!r}"
