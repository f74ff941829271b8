"""A harvest source as the engine sees it, and what its configuration may say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ckan import model

from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest.reader import Issue, Reader, Severity

PUBLISHERS = ("own", "any", "source")
"""Whether records may belong to other organizations than the source. With ``own`` a record of
another publisher is refused; with ``source`` every record is the source's organization's, whatever
publisher it names; ``any`` is for system administrators, because an editor of one ministry must not
write into another's."""

GUIDS = ("separate", "refuse")
"""What to do with an identifier that another source has: take it as this source's own, or not."""

_ENGINE = ("organizations", "publishers", "guids", "local_fields", "takeover")

_NEVER_LOCAL = ("id", "name", "type", "owner_org", "resources", "harvest_source_id", "harvest_guid")


class ConfigRefused(Exception):
    """A source's configuration can't be used; carries the issues."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__(", ".join(issue.code for issue in issues))
        self.issues = issues


@dataclass(frozen=True)
class SourceConfig:
    """The engine's part of a source's configuration, and the reader's."""

    organizations: Mapping[str, str] = field(default_factory=dict[str, str])
    """Publisher as written → name of an organization; goes before the alias table."""
    publishers: str = "own"
    guids: str = "separate"
    local_fields: tuple[str, ...] = ()
    """Fields that belong to the ministry once a dataset is there, whatever the source says."""
    takeover: bool = False
    """New records keep the ids and names they have at the source, their files' ids too; for system
    administrators, because a name is an address of the catalogue."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Source:
    """What the engine needs to know of a source."""

    id: str
    kind: str
    url: str
    organization_id: str
    config: SourceConfig

    @property
    def settings(self) -> dict[str, Any]:
        """Everything but the document that decides what a document becomes."""
        return {
            "id": self.id,
            "kind": self.kind,
            "organization": self.organization_id,
            "organizations": dict(self.config.organizations),
            "publishers": self.config.publishers,
            "guids": self.config.guids,
            "local_fields": sorted(self.config.local_fields),
            "takeover": self.config.takeover,
            "options": dict(self.config.options),
        }


def load(source_id: str, reader: Reader) -> Source:
    """Return a source as it is stored.

    Raises:
        ConfigRefused: when its configuration was valid once and is not any longer.
    """
    stored: Any = HarvestSource.get(source_id)
    package: Any = model.Package.get(source_id)
    return Source(
        id=stored.id,
        kind=stored.type,
        url=stored.url,
        organization_id=(package.owner_org if package else None) or "",
        config=parse(stored.config, reader),
    )


def parse(text: str | None, reader: Reader) -> SourceConfig:
    """Return a configuration read from JSON.

    Raises:
        ConfigRefused: naming everything that is wrong with it.
    """
    try:
        given: Any = json.loads(text) if text and text.strip() else {}
    except ValueError as err:
        raise ConfigRefused([_wrong("config_not_json", reason=str(err))]) from err
    if not isinstance(given, dict):
        raise ConfigRefused([_wrong("config_not_object")])
    options = {key: value for key, value in given.items() if key not in _ENGINE}
    issues = [*_engine_issues(given), *_reader_issues(reader, options)]
    if issues:
        raise ConfigRefused(issues)
    return SourceConfig(
        organizations=given.get("organizations") or {},
        publishers=given.get("publishers", "own"),
        guids=given.get("guids", "separate"),
        local_fields=tuple(given.get("local_fields") or ()),
        takeover=given.get("takeover", False),
        options=options,
    )


def _engine_issues(given: Mapping[str, Any]) -> list[Issue]:
    issues: list[Issue] = []
    organizations = given.get("organizations") or {}
    if not isinstance(organizations, dict) or not all(
        isinstance(value, str) and value for value in organizations.values()
    ):
        issues.append(_wrong("config_organizations"))
    local = given.get("local_fields") or []
    if not isinstance(local, list) or not all(
        isinstance(field, str) and field and field not in _NEVER_LOCAL for field in local
    ):
        issues.append(_wrong("config_local_fields", never=", ".join(_NEVER_LOCAL)))
    for key, allowed in (("publishers", PUBLISHERS), ("guids", GUIDS)):
        if key in given and given[key] not in allowed:
            value, words = str(given[key]), ", ".join(allowed)
            issues.append(_wrong("config_choice", key=key, value=value, allowed=words))
    if not isinstance(given.get("takeover", False), bool):
        value = str(given["takeover"])
        params = {"key": "takeover", "value": value, "allowed": "true, false"}
        issues.append(_wrong("config_choice", **params))
    return issues


def _reader_issues(reader: Reader, options: Mapping[str, Any]) -> list[Issue]:
    check = getattr(reader, "check_options", None)
    if check is None:
        return [_wrong("config_unknown_key", key=key) for key in options]
    return list(check(options))


def _wrong(code: str, **params: Any) -> Issue:
    return Issue(Severity.FATAL, code, params=params)
