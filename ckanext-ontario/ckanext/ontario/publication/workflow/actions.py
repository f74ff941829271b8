"""Actions of the workflow, gathered from where they are written."""

from __future__ import annotations

from ckanext.ontario.publication.workflow.asking import (
    ontario_release_history,
    ontario_release_preview,
    ontario_release_show,
)
from ckanext.ontario.publication.workflow.steps import (
    ontario_release_approve,
    ontario_release_return,
    ontario_release_submit,
)
from ckanext.ontario.publication.workflow.taking_back import (
    ontario_release_remove,
    ontario_release_restore,
    ontario_release_schedule,
    ontario_release_withdraw,
)

__all__ = [
    "ontario_release_approve",
    "ontario_release_history",
    "ontario_release_preview",
    "ontario_release_remove",
    "ontario_release_restore",
    "ontario_release_return",
    "ontario_release_schedule",
    "ontario_release_show",
    "ontario_release_submit",
    "ontario_release_withdraw",
]
