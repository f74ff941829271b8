"""The sentences that say why a file was not taken or not read, in the reader's language.

Each names what was found and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.formatters import localised_filesize

from ckanext.ontario.data.domain.refusal import Refused


def refusal(refused: Refused) -> str:
    """Return the sentence for a refused upload."""
    values = {key: _shown(key, value) for key, value in refused.values.items()}
    return _UPLOADS[refused.code]().format(**values)


def columns(code: str, values: Mapping[str, Any]) -> str:
    """Return the sentence for a header row that can't become a table."""
    return _COLUMNS[code]().format(**values)


def found(kind: str) -> str:
    """Return in words what a file was found to be."""
    words = {
        "text": tk._("plain text"),
        "html": tk._("a web page"),
        "xml": tk._("XML"),
        "svg": tk._("an SVG drawing"),
        "zip": tk._("a ZIP archive or an office document"),
        "gzip": tk._("a compressed file"),
        "tar": tk._("an archive"),
        "archive": tk._("an archive"),
        "ole": tk._("an older office document"),
        "program": tk._("a program"),
        "script": tk._("a script"),
        "pdf": tk._("a PDF document"),
        "png": tk._("a picture"),
        "jpeg": tk._("a picture"),
        "gif": tk._("a picture"),
        "webp": tk._("a picture"),
        "tiff": tk._("a picture"),
        "sqlite": tk._("a database"),
        "access": tk._("a database"),
        "dbase": tk._("a database"),
    }
    return words.get(kind) or tk._("something else")


def _shown(key: str, value: object) -> object:
    if key == "found":
        return found(str(value))
    if key in {"size", "limit"} and isinstance(value, int) and value > 100_000:
        return localised_filesize(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return value


_UPLOADS: dict[str, Callable[[], str]] = {
    "empty": lambda: tk._("“{name}” is empty. Choose a file that holds data."),
    "blank": lambda: tk._("“{name}” holds nothing but blanks. Choose a file that holds data."),
    "too-large": lambda: tk._(
        "“{name}” has {size}; a file may have {limit}. Compress it, split it, or give a link to it."
    ),
    "extension": lambda: tk._(
        "“{name}” can’t be uploaded: its extension is not one of {extensions}. "
        "Save it in one of these formats, or give a link to it."
    ),
    "not-uploadable": lambda: tk._(
        "Files of the format {format} can’t be checked and so can’t be uploaded. "
        "Choose another format, or give a link."
    ),
    "format-mismatch": lambda: tk._(
        "The format chosen is {format}, but the file is called “{name}”. "
        "Choose the format that the file has, or a file that ends in {expected}."
    ),
    "content": lambda: tk._(
        "“{name}” should be {format}, but holds {found} ({media_type}). "
        "Save it again as {format}, or choose the format that it has."
    ),
    "program": lambda: tk._(
        "“{name}” holds a program ({media_type}), and programs can’t be uploaded. Upload the data."
    ),
    "not-text": lambda: tk._(
        "“{name}” should be {format}, but holds bytes that are no text. "
        "Save it again as {format} in UTF-8."
    ),
    "json": lambda: tk._(
        "“{name}” is not well-formed JSON: {reason}. Mend it and upload it again."
    ),
    "not-geojson": lambda: tk._(
        "“{name}” is JSON but not GeoJSON: its “type” is “{kind}”. "
        "Choose the format JSON, or a file with a FeatureCollection."
    ),
    "deep": lambda: tk._(
        "“{name}” nests more than {levels} levels deep, which many programs can’t read. "
        "Flatten it and upload it again."
    ),
    "xml": lambda: tk._("“{name}” is not well-formed XML: {reason}. Mend it and upload it again."),
    "xml-root": lambda: tk._(
        "“{name}” should be {format}, but is XML that starts with “{found}”. "
        "Choose the format XML, or another file."
    ),
    "entities": lambda: tk._(
        "“{name}” declares XML entities, which can be used to attack its readers. "
        "Save it without a DTD of its own."
    ),
    "damaged": lambda: tk._(
        "“{name}” is damaged and can’t be unpacked ({reason}). Make it again and upload it."
    ),
    "method": lambda: tk._(
        "“{name}” is packed in a way that can’t be checked ({reason}). "
        "Make it again as an ordinary ZIP archive."
    ),
    "encrypted": lambda: tk._(
        "“{name}” is protected by a password (“{member}”), so nobody could read it. "
        "Make it again without a password."
    ),
    "path": lambda: tk._(
        "“{name}” holds “{member}”, which would be unpacked outside its folder. "
        "Make the archive again from inside the folder."
    ),
    "nested": lambda: tk._(
        "“{name}” holds another archive (“{member}”). Pack the files themselves, in one archive."
    ),
    "program-inside": lambda: tk._(
        "“{name}” holds a program (“{member}”). Take it out and pack the archive again."
    ),
    "macros-inside": lambda: tk._(
        "“{name}” holds “{member}”, a document with macros. Save that without macros."
    ),
    "members": lambda: tk._(
        "“{name}” holds {count} files; an archive may hold {limit}. Split it into several."
    ),
    "unpacked": lambda: tk._(
        "“{name}” unpacks to more than {limit}, which is too much. Split it into several."
    ),
    "ratio": lambda: tk._(
        "“{name}” unpacks to more than {ratio} times its size, as archives do that are made to do "
        "harm. Pack fewer files, or give a link."
    ),
    "empty-archive": lambda: tk._("“{name}” is an archive without files. Pack it again."),
    "lacks": lambda: tk._(
        "“{name}” should be {format}, but lacks “{missing}”. "
        "Choose the format that it has, or make it again."
    ),
    "macros": lambda: tk._(
        "“{name}” has macros. Save it without macros, or as an .xlsm file with the format XLSM."
    ),
    "image": lambda: tk._(
        "“{name}” holds {found} ({media_type}). A picture must be a PNG, JPEG, GIF or WebP file "
        "with that extension."
    ),
    "image-size": lambda: tk._("“{name}” has {size}; a picture may have {limit}."),
}

_COLUMNS: dict[str, Callable[[], str]] = {
    "no-columns": lambda: tk._("The file has no row of column names."),
    "too-many": lambda: tk._("The file has {count} columns; a table may have {limit}."),
    "unnamed": lambda: tk._(
        "Column {number} has no name in the first row. Give it a name, or delete the column."
    ),
    "long": lambda: tk._(
        "The name of column {number}, “{column}…”, is longer than {limit} characters. Shorten it; "
        "the full name can go into the data dictionary."
    ),
    "bad-name": lambda: tk._(
        "Column {number} is called “{column}”. A name must not start with an underscore and must "
        "not hold quotation marks or line breaks. Rename the column."
    ),
    "twice": lambda: tk._(
        "Columns {first} and {number} are both called “{column}”. Give each a name of its own."
    ),
    "rows": lambda: tk._(
        "A row has more or fewer cells than there are columns: a value with a comma may lack its "
        "quotation marks. ({detail})"
    ),
    "unread": lambda: tk._(
        "The file could not be read as a table. Open it in the program it comes from, save it "
        "again, and upload it. ({detail})"
    ),
    "empty": lambda: tk._("The file has column names but no rows."),
    "away": lambda: tk._("The portal did not answer its own loader. Try again in a few minutes."),
    "link": lambda: tk._("The resource is now a link; only uploaded files become tables."),
}
