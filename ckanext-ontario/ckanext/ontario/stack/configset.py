"""The Solr configset: CKAN's own schema plus our fields, generated, never copied.

``config/solr/fields.yaml`` says what is added and why. The embedded Solr and the Docker image
use the same output.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import ckan
import yaml
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] -- lxml ships no types

from .errors import StackError
from .paths import config_file

Node = Any
"""An element of lxml, which ships no types."""

EMPTY_FILES = ("synonyms.txt", "protwords.txt")
"""CKAN 2.11's schema names these; empty ones keep every word as it is."""

ANALYZERS: dict[str, dict[str, str]] = {
    "analyzer": {},
    "indexAnalyzer": {"type": "index"},
    "queryAnalyzer": {"type": "query"},
}
"""How a type's analyzers are named in fields.yaml, and what Solr calls them."""


def write(target: Path) -> str:
    """Write the configset into ``target``; return its checksum.

    The checksum is kept in ``target/checksum`` so that a running core can be compared with what
    this version would generate.
    """
    additions = yaml.safe_load(config_file("solr/fields.yaml").read_text(encoding="utf-8"))
    files = {
        "schema.xml": schema(additions),
        "solrconfig.xml": config_file("solr/solrconfig.xml").read_bytes(),
        **dict.fromkeys(EMPTY_FILES, b""),
        **{name: text.encode() for name, text in additions.get("files", {}).items()},
    }
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    total = checksum(files)
    (target / "checksum").write_text(total)
    return total


def checksum(files: dict[str, bytes]) -> str:
    """Return one SHA-256 over names and contents, in name order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name] + b"\0")
    return digest.hexdigest()


def schema(additions: dict[str, Any]) -> bytes:
    """Return CKAN's schema.xml with our types and fields added.

    Raises:
        StackError: when CKAN's schema already has a field of that name, because replacing it
            would change core's behaviour without a word.
    """
    source = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"
    root = etree.parse(str(source), etree.XMLParser(remove_blank_text=True)).getroot()
    _add_types(_child(root, "types"), additions.get("types", {}))
    _add_fields(_child(root, "fields"), "field", additions.get("fields", {}))
    _add_fields(_child(root, "fields"), "dynamicField", additions.get("dynamic", {}))
    for copy in additions.get("copy", []):
        etree.SubElement(root, "copyField", source=copy["from"], dest=copy["to"])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _child(root: Node, name: str) -> Node:
    found = root.find(name)
    if found is None:
        raise StackError(f"CKAN's Solr schema has no <{name}>; this CKAN version is not supported")
    return found


def _add_types(parent: Node, types: dict[str, dict[str, Any]]) -> None:
    present = {node.get("name") for node in parent}
    for name, spec in types.items():
        if name in present:
            raise StackError(f"CKAN's Solr schema already has the type {name}; rename ours")
        attributes = {key: value for key, value in spec.items() if key not in ANALYZERS}
        node = etree.SubElement(parent, "fieldType", name=name, **_attributes(attributes))
        for key, kind in ANALYZERS.items():
            if key in spec:
                _add_analyzer(etree.SubElement(node, "analyzer", **kind), spec[key])


def _add_analyzer(node: Node, spec: dict[str, Any]) -> None:
    for part in spec.get("charFilters", []):
        etree.SubElement(node, "charFilter", **_attributes(part))
    etree.SubElement(node, "tokenizer", **_attributes(spec["tokenizer"]))
    for part in spec.get("filters", []):
        etree.SubElement(node, "filter", **_attributes(part))


def _add_fields(parent: Node, kind: str, fields: dict[str, dict[str, Any]]) -> None:
    present = {node.get("name") for node in parent}
    for name, spec in fields.items():
        if name in present:
            raise StackError(f"CKAN's Solr schema already has the field {name}; rename ours")
        attributes = {key: value for key, value in spec.items() if key != "doc"}
        defaults = {"indexed": True, "stored": False}
        etree.SubElement(parent, kind, name=name, **_attributes({**defaults, **attributes}))


def _attributes(spec: dict[str, Any]) -> dict[str, str]:
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in spec.items()
    }
