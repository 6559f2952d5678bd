from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapter import resources
from adapter.errors import FormError
from adapter.flow.references import CONVERSATION, DOCUMENT_ID, MSG_ID, ORIGINAL, PARENT, references_of
from adapter.replay.remint import like, remint, similar
from adapter.replay.source import Source, sources
from adapter.wire import parse, read, rescue

NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
MESSAGES = resources.fixtures() / "messages"
ALL = sources([MESSAGES])
Read = Callable[[str], Source]

_DATES = re.compile(r"(GenDate|IssueDate)")


def links(messages: Sequence[bytes]) -> list[tuple[int, str, int]]:
    """Return who names whom: position, role, and the position of the message that has the id."""
    owners: dict[str, list[int]] = {}
    named: list[tuple[int, str, str]] = []
    for position, data in enumerate(messages):
        try:
            message = read(data)
        except FormError:
            continue
        for role, key in references_of(message):
            if role in {MSG_ID, DOCUMENT_ID}:
                owners.setdefault(key, []).append(position)
            if role in {DOCUMENT_ID, PARENT, CONVERSATION, ORIGINAL}:
                named.append((position, role, key))
    return [(position, role, owner) for position, role, key in named for owner in owners.get(key, ())]


def ids(data: bytes) -> set[str]:
    message = read(data)
    return {key for role, key in references_of(message) if role in {MSG_ID, DOCUMENT_ID}}


def without_ids(data: bytes, known: set[str]) -> bytes:
    """Return the canonical form with the ids of the set, and the dates that go with them, blanked."""
    root = parse(data)
    for element in root.iter():
        name = etree.QName(element).localname
        if (element.text or "").strip().lower() in known:
            element.text = "ID"
        original = element.getparent() is not None and etree.QName(element.getparent()).localname == "OriginalMsgId"
        if name == "GenDate" or (name == "IssueDate" and original):
            element.text = "DATE" if element.text else element.text
            if "V" in element.attrib:
                element.set("V", "DATE")
    return etree.tostring(root, method="c14n2")


@settings(max_examples=25, deadline=None)
@given(chosen=st.lists(st.sampled_from(ALL), min_size=1, max_size=8))
def test_threads_hold_and_everything_else_stays(chosen: list[Source]) -> None:
    old = [source.data for source in chosen]

    new = remint(old, now=NOW)

    assert links(new) == links(old)
    readable = [(before, after) for before, after in zip(old, new, strict=True) if _is_xml(before)]
    old_ids = {key for before, _ in readable for key in ids(before)}
    new_ids = {key for _, after in readable for key in ids(after)}
    assert not old_ids & new_ids
    for before, after in readable:
        extra = set(re.findall(r"DokId\w+>([^<]+)<", _text(before) + _text(after)))
        known = old_ids | new_ids | {key.lower() for key in extra}
        assert without_ids(before, known) == without_ids(after, known)


def _is_xml(data: bytes) -> bool:
    try:
        parse(data)
    except FormError:
        return False
    return True


def _text(data: bytes) -> str:
    return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1")


def test_threads_hold_when_it_is_done_twice() -> None:
    old = [source.data for source in ALL]

    twice = remint(remint(old, now=NOW), now=NOW + timedelta(hours=1))

    assert links(twice) == links(old)
    assert len(links(old)) > 20


def test_the_same_message_twice_stays_the_same_message_twice(source: Read) -> None:
    new = remint([source("henvisning-1.1-komplett.xml").data, source("henvisning-1.1-mottatt-for.xml").data], now=NOW)

    assert read(new[0]).msg_id == read(new[1]).msg_id


def test_ids_from_outside_the_set_stay(source: Read) -> None:
    status = source("dialogmelding-1.1-status-1.xml").data

    (new,) = remint([status], now=NOW)

    assert read(new).conversation == read(status).conversation
    assert read(new).msg_id != read(status).msg_id


def test_a_copied_question_keeps_the_id_of_the_question_elsewhere(source: Read) -> None:
    answer = source("dialogmelding-1.0-nav-svar.xml").data
    question = source("dialogmelding-1.0-nav-foresporsel.xml").data
    asked = re.compile(rb"<DokIdForesp>([^<]+)<")

    (alone,) = remint([answer], now=NOW)
    first, second = remint([question, answer], now=NOW)

    assert asked.findall(alone) == asked.findall(answer)
    assert asked.findall(first) == asked.findall(second) != asked.findall(question)


@pytest.mark.parametrize(
    "name",
    [
        "henvisning-1.1-utf-16.xml",
        "henvisning-1.1-bom.xml",
        "henvisning-1.0-iso-8859-1.xml",
        "henvisning-1.1-20-kb.xml",
    ],
)
def test_bytes_differ_in_ids_and_dates_only(source: Read, name: str) -> None:
    old = source(name).data

    (new,) = remint([old], now=NOW)

    assert len(new) == len(old)
    assert new[:80] == old[:80]
    # two ids of 36 digits and a date, in at most two bytes each
    assert 0 < sum(before != after for before, after in zip(old, new, strict=True)) < 100


@pytest.mark.parametrize(
    "name", ["henvisning-1.1-ikke-velformet.xml", "henvisning-1.1-avkortet.xml", "henvisning-1.1-feil-tegnsett.xml"]
)
def test_a_wreck_gets_new_ids_too_and_stays_a_wreck(source: Read, name: str) -> None:
    old = source(name).data

    (new,) = remint([old], now=NOW)

    before, after = rescue(old), rescue(new)
    assert before is not None
    assert after is not None
    assert not _is_xml(new)
    assert before.msg_id != after.msg_id
    assert len(new) == len(old)


def test_what_holds_nothing_stays_as_it_is(source: Read) -> None:
    for name in ("tom-fil.xml", "ukjent-rot.xml"):
        assert remint([source(name).data], now=NOW) == [source(name).data]


def test_upper_case_stays_upper_case(source: Read) -> None:
    (new,) = remint([source("henvisning-1.1-msgid-store-bokstaver.xml").data], now=NOW)

    msg_id = read(new).msg_id or ""
    assert msg_id == msg_id.upper() != msg_id.lower()


def test_an_id_that_is_no_uuid_gets_one_of_its_own_form(source: Read) -> None:
    (new,) = remint([source("henvisning-1.1-msgid-ikke-uuid.xml").data], now=NOW)

    assert re.fullmatch(r"\d{10}lege\d{5}\.\d", read(new).msg_id or "")
    assert re.fullmatch(r"abc\d{8}", similar("abc"))


def test_messages_are_dated_a_second_apart_and_end_now(source: Read) -> None:
    names = ("henvisning-2.0-komplett.xml", "henvisning-2.0-endring.xml", "henvisning-2.0-kansellering.xml")

    dates = [read(data).generated for data in remint([source(name).data for name in names], now=NOW)]

    assert [date and date.instant for date in dates] == [NOW - timedelta(seconds=back) for back in (2, 1, 0)]


def test_a_receipt_repeats_the_new_date_of_its_message(source: Read) -> None:
    names = ("henvisning-1.0-komplett.xml", "apprec-1.0-positiv-henvisning-1.0.xml")

    referral, receipt = (read(data) for data in remint([source(name).data for name in names], now=NOW))

    assert receipt.receipt is not None
    assert receipt.receipt.original is not None
    assert receipt.receipt.original.issued is not None
    assert referral.generated is not None
    assert receipt.receipt.original.issued.instant == referral.generated.instant


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-03-02T09:15:00+01:00", "2026-11-21T13:00:30+01:00"),
        ("2026-03-02T09:15:00", "2026-11-21T13:00:30"),
        ("2026-03-02T08:15:00Z", "2026-11-21T12:00:30Z"),
        ("2026-03-02T10:00:00.000000000", "2026-11-21T13:00:30.000000000"),
        ("2026-03-02T10:00:00.5+01:00", "2026-11-21T13:00:30.0+01:00"),
        ("2026-03-02", "2026-11-21"),
        ("02.03.2026", "02.03.2026"),
        ("", ""),
    ],
)
def test_a_date_is_written_as_the_old_one_was(old: str, new: str) -> None:
    assert like(old, NOW) == new


def test_a_message_of_a_folder_can_be_read_again(tmp_path: Path) -> None:
    for source, data in zip(ALL, remint([one.data for one in ALL], now=NOW), strict=True):
        again = Source.of(tmp_path / source.path.name, data)

        assert (again.message is None) == (source.message is None)


def test_a_discharge_letter_follows_its_referral_to_a_new_id() -> None:
    names = ("henvisning-1.1-komplett.xml", "epikrise-1.2-komplett.xml")
    old = [(MESSAGES / name).read_bytes() for name in names]

    new = remint(old, now=NOW)

    assert (1, PARENT, 0) in links(new)
    assert links(new) == links(old)
    assert read(new[1]).document_id != read(old[1]).document_id
