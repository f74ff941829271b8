"""The spool: a document's records on disk, sorted as the plan wants them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvest import spool
from ckanext.ontario.harvest.domain import Read


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(["a", "b", None])), max_size=20))
def test_each_guid_once_the_first_wins_in_byte_order(records: list[tuple[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder, spool.opened(Path(folder)) as records_on_disk:
        first: dict[bytes, str | None] = {}
        for number, (guid, hash_) in enumerate(records):
            raw = guid.encode(errors="replace")
            content = {"n": number} if hash_ else None
            assert records_on_disk.add(raw, number, hash_, content) == (raw not in first)
            first.setdefault(raw, hash_)
        assert list(records_on_disk.reads()) == [Read(*each) for each in sorted(first.items())]


def test_content_row_and_what_is_gone(tmp_path: Path) -> None:
    with spool.opened(tmp_path) as records:
        records.add(b"1", 7, "h", {"title": "é"})
        assert records.content(b"1") == {"title": "é"}
        assert (records.row_of(b"1"), records.row_of(b"2")) == (7, None)
        for guid in (b"b", b"a", b"b"):
            records.add_gone(guid)
        assert list(records.gone()) == ["a", "b"]
