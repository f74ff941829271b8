"""Whether a file is what its name and format say: the one question asked of every upload.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from . import archives, formats, text
from .archives import Contents, Limits
from .refusal import Refused
from .sniffing import HEAD, Sniffed, sniff


@dataclass(frozen=True)
class Accepted:
    """What a file was found to be."""

    format: str
    """A name of ``schemas/formats.yaml``."""
    media_type: str


Check = Callable[[IO[bytes], Limits], None]

SIGNED = {
    "ole": "ole",
    "parquet": "parquet",
    "sqlite": "sqlite",
    "access": "access",
    "dbase": "dbase",
    "spss": "spss",
    "tiff": "tiff",
    "las": "las",
    "netcdf": "netcdf",
    "pdf": "pdf",
    "rtf": "rtf",
    "jpeg": "jpeg",
    "png": "png",
    "mp3": "mp3",
    "mp4": "mp4",
}
"""Contents that their first bytes prove, and what those must be found to be."""

KINDS: Mapping[str, frozenset[str]] = {
    **{content: frozenset({kind}) for content, kind in SIGNED.items()},
    **dict.fromkeys(("csv", "text", "json", "jsonl", "geojson"), frozenset({"text"})),
    "code": frozenset({"text", "script"}),
    "xml": frozenset({"xml"}),
    "kml": frozenset({"xml"}),
    "svg": frozenset({"svg"}),
    "rdf": frozenset({"xml", "text"}),
    "html": frozenset({"html"}),
    "gzip": frozenset({"gzip"}),
    **dict.fromkeys(
        ("zip", "xlsx", "xlsm", "docx", "pptx", "odf", "kmz", "shapefile", "geodatabase", "gtfs"),
        frozenset({"zip"}),
    ),
}
"""For each content, what the first bytes may be found to be."""

PARTS = {
    "xlsx": "xl/workbook.xml",
    "xlsm": "xl/workbook.xml",
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
}
"""The part that makes an archive an office document of that kind."""

MEMBERS = {
    "kmz": (".kml",),
    "shapefile": (".shp", ".shx", ".dbf"),
    "geodatabase": (".gdbtable",),
    "gtfs": ("stops.txt", "routes.txt", "trips.txt"),
}
"""Ends of file names that an archive of that kind must hold."""

PROGRAMS = frozenset({"program", "script"})


def inspect(stream: IO[bytes], name: str, declared: str, limits: Limits) -> Accepted:
    """Return what a file is, when its name, its declared format and its content agree.

    Args:
        stream: the file, seekable; read to its end, left at its beginning.
        name: its name, as the browser sent it.
        declared: the resource's format, or ``""``: then the name decides.
        limits: what an archive may unpack to.

    Raises:
        Refused: with the code of a sentence of :mod:`ckanext.ontario.data.messages`.
    """
    stream.seek(0)
    found = sniff(stream.read(HEAD))
    if found.kind == "empty":
        raise Refused("empty", name=name)
    if found.kind == "program":
        raise Refused("program", name=name, media_type=found.media_type)
    wanted = formats.chosen(name, declared)
    _require_kind(found, wanted, name)
    try:
        _check(stream, wanted, limits)
    except Refused as refused:
        refused.values.setdefault("name", name)
        refused.values.setdefault("format", wanted.name)
        raise
    finally:
        stream.seek(0)
    return Accepted(wanted.name, wanted.media_type)


def _require_kind(found: Sniffed, wanted: formats.Uploadable, name: str) -> None:
    if found.kind in KINDS[wanted.content]:
        return
    if found.kind in PROGRAMS:
        raise Refused("program", name=name, media_type=found.media_type)
    raise Refused(
        "content", name=name, format=wanted.name, found=found.kind, media_type=found.media_type
    )


def _check(stream: IO[bytes], wanted: formats.Uploadable, limits: Limits) -> None:
    content = wanted.content
    if content in {"csv", "text", "code", "html"}:
        text.require_content(stream, text.encoding_of(stream))
    elif content in {"json", "jsonl", "geojson"}:
        text.require_json(stream, content)
    elif content in {"xml", "kml", "svg"}:
        text.require_xml(stream, frozenset({content}) if content != "xml" else frozenset())
    elif content == "rdf":
        _check_rdf(stream)
    elif content == "gzip":
        archives.inspect_gzip(stream, limits)
    elif "zip" in KINDS[content]:
        _check_archive(archives.inspect_zip(stream, limits), content)


def _check_rdf(stream: IO[bytes]) -> None:
    stream.seek(0)
    if sniff(stream.read(HEAD)).kind == "xml":
        text.require_xml(stream)
    else:
        text.require_content(stream, text.encoding_of(stream))


def _check_archive(found: Contents, content: str) -> None:
    if content == "odf" and not found.first_mimetype.startswith(
        b"application/vnd.oasis.opendocument."
    ):
        raise Refused("lacks", missing="mimetype")
    if content in PARTS and PARTS[content] not in found.names:
        raise Refused("lacks", missing=PARTS[content])
    if found.macros and content != "xlsm":
        raise Refused("macros")
    names = [name.casefold() for name in found.names]
    for ending in MEMBERS.get(content, ()):
        if not any(name.endswith(ending) for name in names):
            raise Refused("lacks", missing=ending)


def require_image(stream: IO[bytes], name: str) -> str:
    """Return the media type of a picture for an organization, a topic or an account.

    Raises:
        Refused: ``image`` unless it is PNG, JPEG, GIF or WebP by its content and its name.
    """
    stream.seek(0)
    found = sniff(stream.read(HEAD))
    stream.seek(0)
    allowed = IMAGES.get(found.kind)
    if allowed is None or formats.extension_of(name) not in allowed:
        raise Refused("image", name=name, found=found.kind, media_type=found.media_type)
    return f"image/{found.kind}"


IMAGES = {
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg"),
    "gif": (".gif",),
    "webp": (".webp",),
}
"""Pictures that browsers show and that can't hold scripts, with their extensions."""
