"""A name from outside is never a path."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.channel.name import MAX_LENGTH, from_source, is_finished, safe_name, to_source
from adapter.errors import UnsafeName


@pytest.mark.parametrize(
    "name",
    ["HENVISNING_ab12_7.xml", "-", "_", "a", "a..b", "console.xml", "com10", "nullable", "x" * MAX_LENGTH],
)
def test_plain_names_pass_unchanged(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "../x",
        "a/b",
        "/etc/passwd",
        "a\\b",
        "C:x",
        "a\0b",
        "a b",
        "a\n",
        "henvisning-på-norsk",
        "a\u202eb",
        "x" * (MAX_LENGTH + 1),
        "x.",
        "CON",
        "nul.xml",
        "Com1.tar.gz",
        "LPT9",
    ],
)
def test_anything_that_could_be_more_than_a_file_is_refused(name: str) -> None:
    with pytest.raises(UnsafeName) as refused:
        safe_name(name)

    assert len(name) < 4 or name not in str(refused.value)


@given(st.text(max_size=30))
def test_a_safe_name_stays_in_its_folder(name: str) -> None:
    try:
        safe = safe_name(name)
    except UnsafeName:
        return

    assert os.path.normpath(f"/folder/{safe}") == f"/folder/{name}"
    assert not safe.startswith(".")


@pytest.mark.parametrize(
    "name",
    [".hidden", "~$brev.xml", "a.tmp", "a.XML.PART", "a.partial", "a.filepart", "a.crdownload", "a.xml~", "a.swp"],
)
def test_files_still_being_written_are_known_by_name(name: str) -> None:
    assert not is_finished(name)


@pytest.mark.parametrize("name", ["a.xml", "a", "party.xml", "tmp", "a.tmp.xml"])
def test_other_files_are_finished(name: str) -> None:
    assert is_finished(name)


@given(
    st.binary(min_size=1, max_size=40).filter(lambda name: not {0, ord("/")} & set(name) and name not in {b".", b".."})
)
def test_every_file_name_has_a_text_that_leads_back_to_it(raw: bytes) -> None:
    name = os.fsdecode(raw)

    source = to_source(name)

    source.encode("utf-8")
    assert source.isprintable()
    assert os.fsencode(from_source(source)) == raw


@pytest.mark.parametrize("source", ["", ".", "..", "../x", "a/b", "/x", "a\0", "%2e%2e", "%2E%2E%2Fx", "a%00"])
def test_a_source_that_leads_elsewhere_is_refused(source: str) -> None:
    with pytest.raises(UnsafeName):
        from_source(source)
