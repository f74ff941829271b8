"""Why a file is not taken: a code and what was found; the words are in ``messages``.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations


class Refused(Exception):
    """A file is not taken.

    Attributes:
        code: key of the sentence in :mod:`ckanext.ontario.data.messages`.
        values: what the sentence names, such as ``name`` or ``found``.
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
