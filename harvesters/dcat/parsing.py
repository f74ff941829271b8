"""A document → a graph, without anything being fetched.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rdflib import Graph

from ckanext.ontario.harvest.reader import DocumentError
from ckanext.ontario.harvesters.mapping.json_stream import fatal

from . import contexts, xml_guard

MAX_BYTES = 50 * 1024 * 1024
"""Of one page: a graph is kept in memory whole, at some twenty times its size on disk."""
_BASE = "https://relative.invalid/"
"""What relative addresses are relative to; they are refused later as addresses of nothing."""
_XML = re.compile(rb"<(?:\?xml|!--|!doctype rdf|rdf:|[a-z]+:rdf)", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_MARKS = b"\xef\xbb\xbf \t\r\n"


def graph(path: Path) -> Graph:
    """Return the graph of a page; what it is written in is decided by its bytes.

    Raises:
        DocumentError: when it is too large or can't be read.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise fatal("rdf_too_large", size=size, cap=MAX_BYTES)
    content = path.read_bytes()
    start = content[:1024].lstrip(_MARKS)
    if not start:
        raise fatal("json_empty")
    if _WEB_PAGE.match(start):
        raise fatal("document_is_web_page")
    if start[:1] in b"{[" and not start.startswith(b"[]"):
        return _json(content)
    if _XML.match(start):
        return _parsed(content, "xml", "RDF/XML")
    return _parsed(content.removeprefix(b"\xef\xbb\xbf"), "turtle", "Turtle")


def _json(content: bytes) -> Graph:
    try:
        document: Any = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        raise fatal("json_not_utf8") from err
    except RecursionError as err:
        raise fatal("json_too_deep", cap=contexts.MAX_DEPTH) from err
    except json.JSONDecodeError as err:
        cut = err.pos >= len(err.doc.rstrip())
        code = "json_truncated" if cut or "Unterminated" in err.msg else "json_invalid"
        raise fatal(code, **({} if cut else {"reason": err.msg})) from err
    except ValueError as err:  # a number that Python refuses to read
        raise fatal("json_number") from err
    _refuse_error(document)
    text = json.dumps(contexts.inlined(document)).encode()
    return _parsed(text, "json-ld", "JSON-LD")


def _refuse_error(document: Any) -> None:
    """Refuse an error in place of a catalogue."""
    if not isinstance(document, dict):
        return
    said: Any = document.get("error")
    if said or document.get("success") is False:
        reason: Any = said.get("message") if isinstance(said, dict) else said
        raise fatal("source_said_error", reason=str(reason or "error")[:200])


def _parsed(content: bytes, form: str, name: str) -> Graph:
    found = Graph()
    try:
        if form == "xml":
            xml_guard.check(content)
        found.parse(data=content, format=form, publicID=_BASE)
    except DocumentError:
        raise
    except Exception as err:
        reason = " ".join(str(err).split())[:200] or type(err).__name__
        raise fatal("rdf_invalid", format=name, reason=reason) from err
    return found
