"""How the harvest reaches ingest: through its actions, in the session's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.ontario.harvest.reader import Issue

_FLUSH = 500
_KEPT = 1_000


def site_user() -> str:
    """Return the name of the user that harvests write as."""
    return str(tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"])


def context(user: str | None = None, **more: Any) -> Context:
    """Return a context that skips authorization and leaves the commit to the caller."""
    return Context(
        model=model,
        session=model.Session,
        user=user or site_user(),
        ignore_auth=True,
        defer_commit=True,
        **more,
    )


def call(action: str, data: Mapping[str, Any]) -> Any:
    """Call one of ingest's actions without committing."""
    return tk.get_action(f"ontario_ingest_{action}")(context(), dict(data))


def run_of(**by: str) -> dict[str, Any] | None:
    """Return a run by its ``id`` or ``job_id``, or ``None``."""
    try:
        return call("run_show", by)
    except tk.ObjectNotFound:
        return None


def patch_run(run_id: str, values: Mapping[str, Any], **expect: Any) -> dict[str, Any] | None:
    """Change a run, if it is still as expected."""
    return call("run_patch", {"id": run_id, "values": dict(values), "expect": expect})


class Issues:
    """Collects a run's issues: into its table, or (without a run) into memory."""

    def __init__(self, run_id: str | None) -> None:
        self.run_id = run_id
        self.kept: list[dict[str, Any]] = []
        """What a dry run shows."""
        self.codes: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self._waiting: list[dict[str, Any]] = []

    def add(self, issue: Issue, **defaults: Any) -> None:
        """Take an issue; ``defaults`` fill in a row or guid that it lacks."""
        self.severities[issue.severity.value] += 1
        row = {
            "severity": issue.severity.value,
            "code": issue.code,
            "row": issue.row if issue.row is not None else defaults.get("row"),
            "column": issue.column,
            "guid": issue.guid or defaults.get("guid"),
            "params": dict(issue.params),
        }
        if self.run_id is None:
            self.codes[issue.code] += 1
            if self.codes[issue.code] <= _KEPT:
                self.kept.append(row)
            return
        self._waiting.append(row)
        if len(self._waiting) >= _FLUSH:
            self.flush()

    def add_all(self, issues: Iterable[Issue], **defaults: Any) -> None:
        """Take several issues."""
        for issue in issues:
            self.add(issue, **defaults)

    def flush(self) -> None:
        """Write what waits, in the session's transaction."""
        if self._waiting and self.run_id is not None:
            waiting, self._waiting = self._waiting, []
            data = {"run_id": self.run_id, "issues": waiting, "seen": self.codes}
            self.codes = Counter(call("issue_create", data))
