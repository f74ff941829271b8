"""What tests of the guarded download share: a document, and what a refusal must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.ontario.harvest import messages
from ckanext.ontario.harvest.download import Download, DownloadError
from ckanext.ontario.harvest.reader import Severity

MESSAGES: dict[str, Any] = yaml.safe_load(
    Path(messages.__file__).with_name("messages.yaml").read_text(encoding="utf-8")
)
CONTENT = b"Title,Access Level\nBridges,Open\n"

Fetch = Callable[..., Download]


def refused(call: Callable[[], Download], code: str) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        call()
    issue = caught.value.issue
    assert (issue.severity, issue.code) == (Severity.FATAL, code)
    for language in ("en", "fr"):
        for part in ("message", "suggestion"):
            assert MESSAGES[code][part][language].format(**issue.params)
    return caught.value
