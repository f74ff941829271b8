"""Archives: what is inside, how big it grows, and whether unpacking it could do harm.

Every member is read to its end, in pieces: what an archive claims of itself is not believed.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import gzip
import re
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, cast

from .refusal import Refused
from .sniffing import HEAD, sniff

CHUNK = 1 << 20

PROGRAMS = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|msi|msp|cpl|pif|js|jse|vbs|vbe|wsf|wsh|hta|ps1|psm1|lnk|reg|jar|"
    r"apk|app|dmg|deb|rpm|sh|so|dylib|chm)$",
    re.IGNORECASE,
)
"""File names that a computer would run when opened."""

OFFICE = re.compile(r"\.(xlsx|docx|pptx|ods|odt)$", re.IGNORECASE)
"""Documents that are archives themselves, and that an archive may hold."""

MACROS = re.compile(
    r"(^|/)(vbaproject\.bin|basic/script-lb\.xml|basic/script-lc\.xml)$", re.IGNORECASE
)
NESTED = frozenset({"zip", "gzip", "archive", "tar"})

SMALL = 10_000_000
"""Bytes below which nobody cares how well a file was packed."""


@dataclass
class Limits:
    """How much an archive may unpack to; ``left`` goes down while it is read."""

    unpacked: int
    """Bytes in all."""
    ratio: int
    """Unpacked bytes for each packed one."""
    members: int
    left: int = field(default=-1)

    def __post_init__(self) -> None:
        self.left = self.unpacked if self.left < 0 else self.left

    def take(self, size: int, packed: int) -> None:
        """Count unpacked bytes.

        Raises:
            Refused: ``unpacked`` or ``ratio``.
        """
        self.left -= size
        grown = self.unpacked - self.left
        if self.left < 0:
            raise Refused("unpacked", limit=self.unpacked)
        if grown > SMALL and grown > self.ratio * max(packed, 1):
            raise Refused("ratio", ratio=self.ratio)


@dataclass(frozen=True)
class Contents:
    """What a ZIP archive was found to hold."""

    names: frozenset[str]
    macros: bool
    first_mimetype: bytes
    """What an ODF document's first member says."""


def inspect_zip(stream: IO[bytes], limits: Limits, depth: int = 0) -> Contents:
    """Read a whole ZIP archive and return what it holds.

    Args:
        stream: the archive, seekable.
        limits: what it may unpack to; shared with documents inside.
        depth: how many archives this one is inside.

    Raises:
        Refused: ``damaged``, ``encrypted``, ``path``, ``nested``, ``program-inside``, ``members``,
            ``unpacked``, ``ratio`` or ``empty-archive``.
    """
    packed = stream.seek(0, 2)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _require_order(members, packed, limits)
            first = b""
            for number, member in enumerate(members):
                head = _read_member(archive, member, packed, limits, depth)
                if number == 0 and member.filename == "mimetype":
                    first = head
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as err:
        raise Refused("damaged", reason=str(err)[:100]) from err
    except (NotImplementedError, RuntimeError) as err:
        raise Refused("method", reason=str(err)[:100]) from err
    names = frozenset(member.filename for member in members)
    return Contents(names, any(MACROS.search(name) for name in names), first)


def inspect_gzip(stream: IO[bytes], limits: Limits) -> None:
    """Read a whole GZIP file; a TAR archive inside is looked through.

    Raises:
        Refused: as :func:`inspect_zip`.
    """
    packed = stream.seek(0, 2)
    stream.seek(0)
    try:
        with gzip.GzipFile(fileobj=stream) as unpacked:
            head = _count(cast("IO[bytes]", unpacked), packed, limits)
        kind = sniff(head).kind
        if kind == "tar":
            stream.seek(0)
            with tarfile.open(fileobj=stream, mode="r|gz") as archive:
                _inspect_tar(archive, limits)
        elif kind in NESTED:
            raise Refused("nested", member="")
        elif kind in {"program", "script"}:
            raise Refused("program-inside", member="")
    except (gzip.BadGzipFile, zlib.error, EOFError, OSError, tarfile.TarError) as err:
        raise Refused("damaged", reason=str(err)[:100]) from err


def _require_order(members: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if not members:
        raise Refused("empty-archive")
    if len(members) > limits.members:
        raise Refused("members", count=len(members), limit=limits.members)
    if sum(member.compress_size for member in members) > packed:
        raise Refused("damaged", reason="overlap")  # members that share bytes: a bomb's trick
    for member in members:
        if member.flag_bits & 0x1:
            raise Refused("encrypted", member=_shown(member.filename))
        mode = member.external_attr >> 16
        _require_safe(member.filename, member.orig_filename, link=stat.S_ISLNK(mode))


def _require_safe(name: str, original: str = "", *, link: bool = False) -> None:
    """Refuse a member that would land outside the folder it is unpacked into, or be run."""
    for path in {name, original or name}:
        parts = path.replace("\\", "/").split("/")
        drive = re.match(r"[A-Za-z]:", path)
        if link or drive or not parts[0] or ".." in parts or "\x00" in path:
            raise Refused("path", member=_shown(path))
    if PROGRAMS.search(name):
        raise Refused("program-inside", member=_shown(name))


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, packed: int, limits: Limits, depth: int
) -> bytes:
    """Read a member to its end; return its first bytes."""
    if member.is_dir():
        return b""
    with archive.open(member) as unpacked:
        head = unpacked.read(HEAD)
        limits.take(len(head), packed)
        kind = sniff(head).kind
        if kind == "program" or (kind == "script" and not member.filename.endswith(".py")):
            raise Refused("program-inside", member=_shown(member.filename))
        if kind in NESTED:
            _read_nested(head, unpacked, member.filename, packed, limits, depth)
        else:
            _count(unpacked, packed, limits)
    return head


def _read_nested(
    head: bytes, rest: IO[bytes], name: str, packed: int, limits: Limits, depth: int
) -> None:
    """Look through an office document inside an archive; refuse every other archive there."""
    if not OFFICE.search(name) or not head.startswith(b"PK") or depth > 1:
        raise Refused("nested", member=_shown(name))
    with tempfile.SpooledTemporaryFile(max_size=CHUNK) as copy:
        copy.write(head)
        for piece in iter(lambda: rest.read(CHUNK), b""):
            limits.take(len(piece), packed)
            copy.write(piece)
        if inspect_zip(copy, limits, depth + 1).macros:
            raise Refused("macros-inside", member=_shown(name))


def _inspect_tar(archive: tarfile.TarFile, limits: Limits) -> None:
    count = 0
    for count, member in enumerate(archive, 1):
        if count > limits.members:
            raise Refused("members", count=count, limit=limits.members)
        _require_safe(member.name, link=not (member.isfile() or member.isdir()))
        opened = archive.extractfile(member) if member.isfile() else None
        kind = sniff(opened.read(HEAD)).kind if opened else ""
        if kind in NESTED:
            raise Refused("nested", member=_shown(member.name))
        if kind in {"program", "script"}:
            raise Refused("program-inside", member=_shown(member.name))
    if not count:
        raise Refused("empty-archive")


def _count(unpacked: IO[bytes], packed: int, limits: Limits) -> bytes:
    """Read to the end, counting; return the first bytes."""
    head = b""
    for piece in _pieces(unpacked):
        head = head or piece[:HEAD]
        limits.take(len(piece), packed)
    return head


def _pieces(unpacked: IO[bytes]) -> Iterator[bytes]:
    while piece := unpacked.read(CHUNK):
        yield piece


def _shown(name: str) -> str:
    """Return a member's name as a message may show it."""
    return "".join(char if char.isprintable() else "�" for char in name)[:100]
