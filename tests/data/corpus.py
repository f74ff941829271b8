"""Files for tests of uploads, honest and hostile, made when they are needed."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import openpyxl

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20
EXE = b"MZ\x90\x00" + b"\x00" * 200
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
CSV = "Lac,Année\nSimcoe,2020\nÉrié,2021\n".encode()


def zipped(members: Mapping[str, bytes], *, link: str = "") -> bytes:
    """A ZIP archive of the given members; ``link`` adds a symbolic link of that name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def encrypted() -> bytes:
    """A ZIP archive whose member says that it is encrypted."""
    content = bytearray(zipped({"a.csv": CSV}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    return bytes(content)


def bomb(megabytes: int = 40) -> bytes:
    """A ZIP archive that unpacks to a thousand times its size."""
    return zipped({"zeros.csv": b"0" * (megabytes << 20)})


def tarred(name: str, content: bytes = CSV) -> bytes:
    """A compressed TAR archive with one member."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def workbook(rows: list[list[object]] | None = None) -> bytes:
    """An XLSX workbook."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows or [["Lac", "Année"], ["Simcoe", 2020]]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_macros() -> bytes:
    """A workbook with macros, which calls itself XLSX."""
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0macros")
    return out.getvalue()


Make = Callable[[], bytes]

GOOD: dict[str, tuple[str, str, Make, str]] = {
    # what: name, declared format, content, the format found
    "csv": ("a.csv", "CSV", lambda: CSV, "CSV"),
    "csv without a format": ("A.CSV", "", lambda: CSV, "CSV"),
    "csv by media type": ("a.csv", "text/csv", lambda: CSV, "CSV"),
    "csv of windows": ("a.csv", "CSV", lambda: CSV.decode().encode("cp1252"), "CSV"),
    "csv in utf-16": ("a.csv", "CSV", lambda: CSV.decode().encode("utf-16"), "CSV"),
    "tsv": ("a.tsv", "TSV", lambda: CSV.replace(b",", b"\t"), "TSV"),
    "json": ("a.json", "JSON", lambda: b'{"a": [1, 2]}', "JSON"),
    "json lines": ("a.jsonl", "JSONL", lambda: b'{"a": 1}\n{"a": 2}\n', "JSONL"),
    "geojson": ("a.geojson", "GeoJSON", lambda: b'{"type": "Point", "coordinates": []}', "GeoJSON"),
    "xml": ("a.xml", "XML", lambda: b"<a><b/></a>", "XML"),
    "kml": ("a.kml", "KML", lambda: b"<kml xmlns='x'/>", "KML"),
    "svg": ("a.svg", "SVG", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "html": ("a.html", "HTML", lambda: HTML, "HTML"),
    "xlsx": ("a.xlsx", "XLSX", workbook, "XLSX"),
    "xlsm": ("a.xlsm", "XLSM", with_macros, "XLSM"),
    "pdf": ("a.pdf", "PDF", lambda: b"%PDF-1.7\n", "PDF"),
    "png": ("a.png", "PNG", lambda: PNG, "PNG"),
    "python": ("a.py", "PY", lambda: b"#!/usr/bin/env python3\nprint(1)\n", "PY"),
    "zip": ("a.zip", "ZIP", lambda: zipped({"d/": b"", "d/a.csv": CSV}), "ZIP"),
    "zip of workbooks": ("a.zip", "ZIP", lambda: zipped({"a.xlsx": workbook()}), "ZIP"),
    "shapefile": (
        "a.zip",
        "SHP",
        lambda: zipped({"a.shp": b"\x00\x00\x27\x0a", "a.shx": b"\x00", "A.DBF": b"\x03"}),
        "SHP",
    ),
    "gzip": ("a.csv.gz", "GZ", lambda: gzip.compress(CSV), "GZ"),
    "tar": ("a.tgz", "GZ", lambda: tarred("a.csv"), "GZ"),
}

BAD: dict[str, tuple[str, str, Make, str]] = {
    # what: name, declared format, content, the code of the refusal
    "empty": ("a.csv", "CSV", lambda: b"", "empty"),
    "blank": ("a.csv", "CSV", lambda: b" \n,,\n", "blank"),
    "no extension": ("a", "", lambda: CSV, "extension"),
    "unknown extension": ("a.exe.xyz", "", lambda: CSV, "extension"),
    "service": ("a.csv", "WMS", lambda: CSV, "not-uploadable"),
    "nonsense format": ("a.csv", "Klingon", lambda: CSV, "not-uploadable"),
    "another format": ("a.csv", "PDF", lambda: CSV, "format-mismatch"),
    "program as csv": ("a.csv", "CSV", lambda: EXE, "program"),
    "elf as csv": ("a.csv", "CSV", lambda: b"\x7fELF" + b"\x00" * 50, "program"),
    "script as csv": ("a.csv", "CSV", lambda: b"#!/bin/sh\nrm -rf /\n", "program"),
    "page as csv": ("a.csv", "CSV", lambda: HTML, "content"),
    "page after blanks": ("a.csv", "CSV", lambda: b"\xef\xbb\xbf\n <html>", "content"),
    "page as text": ("a.txt", "TXT", lambda: b"<script>alert(1)</script>", "content"),
    "svg as xml": ("a.xml", "XML", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "content"),
    "pdf as csv": ("a.csv", "CSV", lambda: b"%PDF-1.7\n", "content"),
    "text as pdf": ("a.pdf", "PDF", lambda: CSV, "content"),
    "zip as csv": ("a.csv", "CSV", lambda: zipped({"a.csv": CSV}), "content"),
    "csv as xlsx": ("a.xlsx", "XLSX", lambda: CSV, "content"),
    "bytes as csv": ("a.csv", "CSV", lambda: b"a,b\n\x00\x01\x02", "content"),
    "late bytes in csv": ("a.csv", "CSV", lambda: b"a,b\n" * 5000 + b"\x00\x01", "not-text"),
    "broken json": ("a.json", "JSON", lambda: b'{"a": ', "json"),
    "deep json": ("a.json", "JSON", lambda: b"[" * 5000 + b"]" * 5000, "deep"),
    "json as geojson": ("a.geojson", "GeoJSON", lambda: b'{"type": "Lake"}', "not-geojson"),
    "broken xml": ("a.xml", "XML", lambda: b"<a><b></a>", "xml"),
    "xml as kml": ("a.kml", "KML", lambda: b"<gpx/>", "xml-root"),
    "billion laughs": (
        "a.xml",
        "XML",
        lambda: b'<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        "entities",
    ),
    "external entity": (
        "a.xml",
        "XML",
        lambda: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "entities",
    ),
    "macros": ("a.xlsx", "XLSX", with_macros, "macros"),
    "zip as xlsx": ("a.xlsx", "XLSX", lambda: zipped({"a.csv": CSV}), "lacks"),
    "half a shapefile": ("a.zip", "SHP", lambda: zipped({"a.shp": b"\x00"}), "lacks"),
    "zip as kmz": ("a.kmz", "KMZ", lambda: zipped({"a.csv": CSV}), "lacks"),
    "encrypted": ("a.zip", "ZIP", encrypted, "encrypted"),
    "upwards": ("a.zip", "ZIP", lambda: zipped({"../../etc/cron.d/x": CSV}), "path"),
    "upwards by backslash": ("a.zip", "ZIP", lambda: zipped({"..\\..\\x.csv": CSV}), "path"),
    "absolute": ("a.zip", "ZIP", lambda: zipped({"/etc/x.csv": CSV}), "path"),
    "drive": ("a.zip", "ZIP", lambda: zipped({"C:/x.csv": CSV}), "path"),
    "link": ("a.zip", "ZIP", lambda: zipped({"a.csv": CSV}, link="b.csv"), "path"),
    "nested": ("a.zip", "ZIP", lambda: zipped({"b.zip": zipped({"a.csv": CSV})}), "nested"),
    "nested under another name": (
        "a.zip",
        "ZIP",
        lambda: zipped({"b.csv": zipped({"a.csv": CSV})}),
        "nested",
    ),
    "program by name": ("a.zip", "ZIP", lambda: zipped({"setup.exe": CSV}), "program-inside"),
    "program by content": ("a.zip", "ZIP", lambda: zipped({"a.csv": EXE}), "program-inside"),
    "macros inside": ("a.zip", "ZIP", lambda: zipped({"a.xlsx": with_macros()}), "macros-inside"),
    "bomb": ("a.zip", "ZIP", bomb, "ratio"),
    "bomb in a workbook": (
        "a.xlsx",
        "XLSX",
        lambda: zipped({"xl/workbook.xml": b"<a/>", "xl/b.xml": b" " * (40 << 20)}),
        "ratio",
    ),
    "bomb of gzip": ("a.gz", "GZ", lambda: gzip.compress(b"0" * (40 << 20)), "ratio"),
    "empty archive": ("a.zip", "ZIP", lambda: zipped({}), "empty-archive"),
    "cut archive": ("a.zip", "ZIP", lambda: zipped({"a.csv": CSV})[:-30], "damaged"),
    "cut gzip": ("a.gz", "GZ", lambda: gzip.compress(CSV)[:-9], "damaged"),
    "tar upwards": ("a.tgz", "GZ", lambda: tarred("../x.csv"), "path"),
    "program in tar": ("a.tgz", "GZ", lambda: tarred("a.csv", EXE), "program-inside"),
    "gzip in gzip": ("a.gz", "GZ", lambda: gzip.compress(gzip.compress(CSV)), "nested"),
}
