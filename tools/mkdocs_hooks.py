"""Adds the generated reference pages to the documentation while it is built."""

from __future__ import annotations

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

import reference


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every generated page; none of them exists in the source tree."""
    for path, text in reference.pages().items():
        files.append(File.generated(config, path, content=text))
    return files
