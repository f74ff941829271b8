"""What may be uploaded: honest files pass, hostile ones are refused for the right reason."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data import corpus

from ckanext.ontario.data import messages
from ckanext.ontario.data.domain import content, formats
from ckanext.ontario.data.domain.archives import Limits
from ckanext.ontario.data.domain.refusal import Refused


def inspect(body: bytes, name: str, declared: str, **limits: int) -> content.Accepted:
    allowed = Limits(**{"unpacked": 100 << 20, "ratio": 250, "members": 100, **limits})
    return content.inspect(io.BytesIO(body), name, declared, allowed)


@pytest.mark.parametrize("case", corpus.GOOD)
def test_honest_files_pass(case: str) -> None:
    name, declared, make, found = corpus.GOOD[case]
    accepted = inspect(make(), name, declared)
    assert accepted.format == found
    assert accepted.media_type == formats.uploadable()[found].media_type


@pytest.mark.parametrize("case", corpus.BAD)
def test_hostile_files_are_refused_for_the_right_reason(case: str) -> None:
    name, declared, make, code = corpus.BAD[case]
    with pytest.raises(Refused) as refused:
        inspect(make(), name, declared)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"members": 2}, "members"), ({"unpacked": 10_000}, "unpacked")],
)
def test_archives_have_limits(limits: dict[str, int], code: str) -> None:
    body = corpus.zipped({f"{n}.csv": bytes(range(32, 127)) * 100 for n in range(3)})
    with pytest.raises(Refused) as refused:
        inspect(body, "a.zip", "ZIP", **limits)
    assert refused.value.code == code


def test_sizes_that_an_archive_claims_are_not_believed() -> None:
    body = bytearray(corpus.zipped({"a.csv": b"x" * 5000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = body.find(signature) + offset
        body[at : at + 4] = (10).to_bytes(4, "little")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.infolist()[0].file_size == 10
    with pytest.raises(Refused) as refused:
        inspect(bytes(body), "a.zip", "ZIP")
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("case", corpus.BAD)
def test_every_refusal_has_its_sentence(internal: object, case: str) -> None:
    name, declared, make, _code = corpus.BAD[case]
    with pytest.raises(Refused) as refused:
        inspect(make(), name, declared)
    told = messages.refusal(refused.value)
    assert "{" not in told
    assert name in told or "format" in told


@given(body=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.json", "a.xml", "a.zip"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_taken_or_refused(body: bytes, name: str) -> None:
    try:
        accepted = inspect(body, name, "")
    except Refused:
        return
    assert accepted.format in formats.uploadable()
    assert not body.startswith((b"MZ", b"\x7fELF", b"#!"))


@given(
    cut=st.integers(min_value=0, max_value=400),
    at=st.integers(min_value=0, max_value=400),
    byte=st.integers(min_value=0, max_value=255),
)
@settings(max_examples=150, deadline=None)
def test_a_mangled_archive_never_breaks_the_inspector(cut: int, at: int, byte: int) -> None:
    body = bytearray(corpus.zipped({"a.csv": corpus.CSV, "b.xlsx": b"PK\x03\x04no"}))
    body[at % len(body)] = byte
    with contextlib.suppress(Refused):
        inspect(bytes(body[: len(body) - cut % len(body)]), "a.zip", "ZIP")


@given(name=st.text(max_size=30), declared=st.text(max_size=15))
def test_any_name_and_format_are_taken_or_refused(name: str, declared: str) -> None:
    try:
        assert formats.chosen(name, declared).name in formats.uploadable()
    except Refused as refused:
        known = refused.code in {"extension", "not-uploadable", "format-mismatch"}
    else:
        known = True
    assert known


@pytest.mark.parametrize(
    ("name", "body", "taken"),
    [
        ("a.png", corpus.PNG, True),
        ("a.jpg", corpus.PNG, False),
        ("a.png", corpus.HTML, False),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", False),
        ("a.png", corpus.EXE, False),
    ],
)
def test_pictures_are_pictures(name: str, body: bytes, taken: bool) -> None:
    if taken:
        assert content.require_image(io.BytesIO(body), name) == "image/png"
    else:
        with pytest.raises(Refused):
            content.require_image(io.BytesIO(body), name)


def test_every_way_of_proving_a_content_is_known() -> None:
    for row in formats.uploadable().values():
        assert row.content in content.KINDS, row.name
        assert row.extensions, row.name
