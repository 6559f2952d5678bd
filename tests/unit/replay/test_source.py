from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.config import Settings, build
from adapter.replay.source import Source, in_order, sources

Read = Callable[[str], Source]


def names(found: list[Source]) -> list[str]:
    return [source.path.name for source in found]


@pytest.mark.parametrize(
    ("late", "early"),
    [
        ("apprec-1.1-positiv.xml", "henvisning-1.1-komplett.xml"),
        ("apprec-1.0-positiv-henvisning-1.0.xml", "henvisning-1.0-komplett.xml"),
        ("henvisning-1.1-endring.xml", "henvisning-1.1-komplett.xml"),
        ("henvisning-2.0-kansellering.xml", "henvisning-2.0-komplett.xml"),
        ("dialogmelding-1.1-status-1.xml", "henvisning-2.0-komplett.xml"),
        ("dialogmelding-1.0-nav-svar.xml", "dialogmelding-1.0-nav-foresporsel.xml"),
    ],
)
def test_what_refers_to_a_message_comes_after_it(source: Read, late: str, early: str) -> None:
    unrelated = source("tom-fil.xml")

    assert names(in_order([source(late), unrelated, source(early)])) == [early, late, "tom-fil.xml"]


def test_what_belongs_to_nothing_keeps_its_place(source: Read) -> None:
    found = [source(f"henvisning-1.1-{name}.xml") for name in ("umerket", "bom", "avkortet", "komplett")]

    assert in_order(found) == found


def test_messages_that_refer_to_each_other_are_all_kept(source: Read) -> None:
    question = source("dialogmelding-1.1-helsefaglig-sporsmal.xml")
    assert question.message is not None
    assert question.message.conversation is not None
    own, other = question.message.msg_id or "", question.message.conversation.parent or ""
    swapped = question.data.replace(own.encode(), b"X").replace(other.encode(), own.encode())
    circle = [question, Source.of(Path("other.xml"), swapped.replace(b"X", other.encode()))]

    assert sorted(names(in_order(circle))) == sorted(names(circle))


def test_a_long_thread_in_the_wrong_order_is_put_right(source: Read) -> None:
    data = source("dialogmelding-1.1-helsefaglig-sporsmal.xml").data
    message = source("dialogmelding-1.1-helsefaglig-sporsmal.xml").message
    assert message is not None
    assert message.conversation is not None
    own, parent = (message.msg_id or "").encode(), (message.conversation.parent or "").encode()
    thread = [
        Source.of(Path(f"{number}.xml"), data.replace(own, b"id-%d" % number).replace(parent, b"id-%d" % (number - 1)))
        for number in range(1_500, 0, -1)
    ]

    assert names(in_order(thread)) == [f"{number}.xml" for number in range(1, 1_501)]


def test_files_keep_the_order_they_are_named_in_and_folders_are_put_in_order(messages: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder" / "below"
    folder.mkdir(parents=True)
    for name in ("apprec-1.1-positiv.xml", "henvisning-1.1-komplett.xml"):
        shutil.copyfile(messages / name, folder / name)
    (folder / "notes.txt").write_text("no message")

    found = sources([messages / "apprec-1.1-positiv.xml", messages / "tom-fil.xml", tmp_path / "folder"])

    assert names(found) == [
        "apprec-1.1-positiv.xml",
        "tom-fil.xml",
        "henvisning-1.1-komplett.xml",
        "apprec-1.1-positiv.xml",
    ]


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("henvisning-1.1-komplett.xml", "referrer"),
        ("henvisning-1.1-ikke-velformet.xml", "referrer"),
        ("apprec-1.0-nav-positiv.xml", "nav"),
        ("dialogmelding-1.1-status-1.xml", "clinic"),
        ("tom-fil.xml", None),
        ("ukjent-rot.xml", None),
    ],
)
def test_the_sender_is_found_even_in_a_wreck(source: Read, settings: Settings, name: str, party: str | None) -> None:
    sender = source(name).sender(build.register(settings))

    assert (sender.id if sender else None) == party
