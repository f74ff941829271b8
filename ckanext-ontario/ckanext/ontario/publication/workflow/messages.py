"""What people read when a rule says no, and why a release was cancelled."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.domain import NotEntitled, Refused


def refusal(code: str) -> str:
    """Return the sentence for a rule's code, in the reader's language."""
    return {**_who(), **_when(), **_what()}[code]


def _who() -> dict[str, str]:
    director = tk._(
        "Only the Director of the ministry, or their delegate in date, may decide about this."
    )
    own = tk._("You submitted this record. Somebody else has to decide about it.")
    taking_back = tk._(
        "Only the Director of the ministry or a catalogue administrator may do this."
    )
    return {
        "concerned": tk._("Only people with a part in the ministry’s workflow may see this."),
        "submit-editor": tk._("Only editors of the ministry may submit its records."),
        "approve-director": director,
        "return-director": director,
        "schedule-director": director,
        "approve-submitter": own,
        "return-submitter": own,
        "approve-editor": tk._(
            "You were the last to change what the public will see. Somebody else has to approve it."
        ),
        "withdraw-director": taking_back,
        "restore-director": taking_back,
        "remove-deputy": tk._(
            "Only the Deputy Minister or agency head on record for this ministry may remove "
            "a record for ever. This can’t be delegated."
        ),
    }


def _when() -> dict[str, str]:
    return {
        "already-submitted": tk._("This record is in review already."),
        "already-approved": tk._("This record is approved and has not changed since."),
        "not-in-review": tk._("This record is not in review. Somebody may have decided already."),
        "nothing-scheduled": tk._("No release of this record is scheduled."),
        "not-live": tk._("This record is not on the public portal."),
        "not-withdrawn": tk._("This record is not withdrawn."),
        "never-public": tk._("This record was never public, so there is nothing to remove."),
        "removed": tk._("This record was removed from the public portal for ever."),
        "withheld": tk._("The existence of this record is withheld; it is never released."),
        "unfinished": tk._("This record is not finished or was deleted."),
        "kept-live": tk._(
            "This record is on the public portal, and what was published is not deleted. Set its "
            "status to inactive, or withdraw it. Only once the Deputy Minister or agency head has "
            "removed it for ever can it be deleted here."
        ),
        "kept-withdrawn": tk._(
            "This record was published and is withdrawn; it may be restored, so it is not deleted. "
            "Only once the Deputy Minister or agency head has removed it for ever can it be "
            "deleted here."
        ),
    }


def _what() -> dict[str, str]:
    return {
        "reason-missing": tk._("Give a reason."),
        "changed-since-submission": tk._(
            "The record or one of its files was changed or replaced after it was submitted. "
            "It has to be submitted again."
        ),
        "not-what-was-seen": tk._(
            "This is not what you looked at: the record has changed since. Look at the preview "
            "again, then approve."
        ),
        "file-missing": tk._("An uploaded file of this record is missing. Upload it again."),
        "not-projectable": tk._("This record has fields that no schema describes."),
    }


def cancellation(code: str) -> str:
    """Return why a release was cancelled, in the reader's language; a person's words as written."""
    return {
        "changed": tk._("The record was changed after its approval."),
        "withdrawn": tk._("The record was withdrawn."),
        "removed": tk._("The record was removed from the public portal for ever."),
        "withheld": tk._("The existence of the record is withheld."),
        "deleted": tk._("The record was deleted."),
        "superseded": tk._("A later release took its place."),
        "rescheduled": tk._("Another time was chosen."),
    }.get(code, code)


@contextmanager
def spoken() -> Generator[None]:
    """Turn what the rules refuse inside the block into CKAN's errors.

    Raises:
        NotAuthorized: when the person is not entitled.
        ValidationError: for everything else, on the value it is about.
    """
    try:
        yield
    except NotEntitled as err:
        raise tk.NotAuthorized(refusal(err.code)) from err
    except Refused as err:
        raise tk.ValidationError({err.field: [refusal(err.code)]}) from err
