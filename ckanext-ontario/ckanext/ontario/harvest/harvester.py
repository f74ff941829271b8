"""The engine as ckanext-harvest knows it: a base class for every kind of source.

A plugin of ``harvesters/`` names its reader; pages, queues and commands of ckanext-harvest then
work on the engine. One harvest object is one *batch*: see ``docs/explanation/ingest-engine.md``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import ckan.plugins as p
from ckan import model as core
from flask_babel import get_locale
from sqlalchemy.exc import DBAPIError

from ckanext.harvest.interfaces import IHarvester
from ckanext.ontario.harvest import finishing, gathering, ingest, live, messages, model
from ckanext.ontario.harvest.application import application_context
from ckanext.ontario.harvest.applying import apply_batch, give_up
from ckanext.ontario.harvest.fields import Field
from ckanext.ontario.harvest.locks import source_lock
from ckanext.ontario.harvest.planning import Progress, quiet
from ckanext.ontario.harvest.reader import Issue, Reader, Severity
from ckanext.ontario.harvest.source import ConfigRefused, parse
from ckanext.ontario.shared.bilingual import language_of, pick

log = logging.getLogger(__name__)

Text = Mapping[str, str]


class EngineHarvester:
    """An ``IHarvester`` on the engine; subclasses say which reader, and how it is called."""

    reader: ClassVar[Reader]
    title: ClassVar[Text]
    description: ClassVar[Text]
    messages: ClassVar[tuple[Path, ...]] = ()
    """Files with the reader's messages, by code."""
    samples: ClassVar[Path | None] = None
    """A folder with sample documents and their ``samples.yaml``."""
    fields: ClassVar[Sequence[Field]] = ()
    """The options that the source form asks for; they go to the reader."""
    uploads: ClassVar[tuple[str, ...]] = ()
    """Endings of documents that may be uploaded; with none of them, there is only an address."""

    def info(self) -> dict[str, str]:
        """Return how the kind of source is called, in the language of the request."""
        language = language_of(str(get_locale() or ""))
        return {
            "name": self.reader.kind,
            "title": pick(self.title, language) or "",
            "description": pick(self.description, language) or "",
            "form_config_interface": "Text",
        }

    def validate_config(self, config: str) -> str:
        """Return the configuration, if the engine and the reader can use it.

        Raises:
            ValueError: saying everything that is wrong with it, in the language of the request.
        """
        try:
            parse(config, self.reader)
        except ConfigRefused as err:
            language = language_of(str(get_locale() or ""))
            said = [messages.render(i.code, i.params, language, self.messages) for i in err.issues]
            text = " ".join(f"{each['message']} {each['suggestion']}" for each in said)
            raise ValueError(text) from err
        return config

    def gather_stage(self, harvest_job: Any) -> list[str]:
        """Plan a job and return the ids of its batches.

        Nothing is ever raised: ckanext-harvest would delete the objects of the job.
        """
        with application_context():
            watched = live.progress(harvest_job.id)
            return self.gather(harvest_job.id, harvest_job.source_id, watched)

    def gather(self, job_id: str, source_id: str, progress: Progress = quiet) -> list[str]:
        """Plan a job; a run that needs nothing written is finished at once."""
        # A job that is delivered again waits for the one that gathers it; another job does not.
        again = ingest.run_of(job_id=job_id) is not None
        core.Session.rollback()
        try:
            with source_lock(source_id, wait=again) as free:
                run = gathering.start(source_id, job_id)
                if not free:
                    return self._refuse(run)
                gathered = gathering.gather(source_id, run, self.reader, progress)
            if not gathered.carriers:
                self._end(gathered.run_id)
        except gathering.Superseded:
            core.Session.rollback()
            finishing.end_job(job_id)
        except Exception:
            log.exception("The harvest job %s stopped", job_id)
            core.Session.rollback()
            self._fail(source_id, job_id)
        except BaseException:
            # Told to stop: ckanext-harvest commits on its way out, and half a plan is no plan.
            core.Session.rollback()
            raise
        else:
            return gathered.carriers
        return []

    def _refuse(self, run: dict[str, Any]) -> list[str]:
        """End a job that came while another one gathers: that one goes on."""
        issues = ingest.Issues(run["id"])
        issues.add(Issue(Severity.FATAL, "already_running"))
        gathering.fail(run["id"], issues)
        self._end(run["id"])
        return []

    def _fail(self, source_id: str, job_id: str) -> None:
        run = gathering.start(source_id, job_id)
        issues = ingest.Issues(run["id"])
        issues.add(finishing.internal_error())
        gathering.fail(run["id"], issues)
        self._end(run["id"])

    def _end_of(self, job_id: str) -> None:
        run = ingest.run_of(job_id=job_id)
        if run is not None:
            self._end(run["id"])

    def _end(self, run_id: str) -> None:
        finishing.finish(run_id, self.reader)

    def fetch_stage(self, harvest_object: Any) -> bool:
        """Say that there is nothing to fetch: a batch carries its records."""
        return harvest_object is not None

    def import_stage(self, harvest_object: Any) -> bool:
        """Write a batch; the last one ends the run. Say whether it went well."""
        batch_id, source_id = harvest_object.id, harvest_object.harvest_source_id
        job_id = harvest_object.harvest_job_id
        try:
            with application_context():
                self._write_batch(batch_id, source_id)
                self._end_of(job_id)
        except Exception:
            log.exception("Batch %s could not be written", batch_id)
            core.Session.rollback()
            give_up(batch_id)
            self._end_of(job_id)
            return False
        return True

    def _write_batch(self, batch_id: str, source_id: str) -> None:
        """Write a batch, once more when the database went away in the middle of it."""
        try:
            apply_batch(batch_id, source_id, self.reader)
        except DBAPIError as err:
            if not err.connection_invalidated:
                raise
            log.warning("The database went away; batch %s is written again", batch_id)
            core.Session.remove()
            apply_batch(batch_id, source_id, self.reader)

    def get_original_url(self, harvest_object_id: str) -> str | None:
        """Return the address of the document that a batch came from, if it has one."""
        query = core.Session.query(model.HarvestBatch.source_id).filter_by(id=harvest_object_id)
        found = query.scalar()
        source = core.Package.get(found) if found else None
        url = str(source.url) if source else ""
        return url if url.startswith("http") else None


def harvesters() -> dict[str, EngineHarvester]:
    """Return the kinds of source that run on the engine, by name."""
    found = [
        each for each in p.PluginImplementations(IHarvester) if isinstance(each, EngineHarvester)
    ]
    return {each.reader.kind: each for each in found}


def message_files() -> tuple[Path, ...]:
    """Return the message files of every kind of source."""
    files = (path for each in harvesters().values() for path in each.messages)
    return tuple(dict.fromkeys(files))
