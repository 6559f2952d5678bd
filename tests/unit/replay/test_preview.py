from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapter.config import Settings
from adapter.errors import StoreError
from adapter.replay.index import expected_verdict
from adapter.replay.preview import Answered, Foreseen, counts, foresee, plan
from adapter.replay.source import Source, sources
from adapter.service.parts import Parts
from adapter.store import NewMessage, Store

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
Read = Callable[[str], Source]


def foreseen(parts: Parts, *found: Source, channel: str | None = None) -> list[Foreseen]:
    return foresee(parts.desk, plan(found, parts.context.register, channel), NOW)


def test_a_referral_would_be_delivered_and_answered(parts: Parts, source: Read) -> None:
    (one,) = foreseen(parts, source("henvisning-1.1-uten-telefon.xml"))

    assert (one.plan.channel, one.verdict, one.type, one.version) == ("referrer-epj", "accept", "HENVISNING", "1.1")
    assert [(place.channel, place.due_at) for place in one.places] == [("clinic-epj", NOW)]
    assert one.receipts == (Answered("8990101", "1.1", "1"),)
    assert [finding.rule for finding in one.findings] == ["AMO-06"]
    assert one.drafts == 1


def test_a_rejection_shows_its_codes_and_no_destination(parts: Parts, source: Read) -> None:
    (one,) = foreseen(parts, source("henvisning-1.1-utilstrekkelig-pasient.xml"))

    assert (one.verdict, one.places) == ("reject", ())
    assert [str(receipt) for receipt in one.receipts] == ["8990101: 2 E36"]


def test_a_route_on_a_schedule_shows_when(parts: Parts, source: Read) -> None:
    (one,) = foreseen(parts, source("dialogmelding-1.0-nav-behov-for-tiltak.xml"))

    assert [(place.channel, place.due_at >= NOW) for place in one.places] == [("nav", True)]
    assert one.receipts == ()


def test_a_file_that_nobody_sends_needs_a_channel(parts: Parts, source: Read) -> None:
    (left_out,) = foreseen(parts, source("tom-fil.xml"))
    (named,) = foreseen(parts, source("tom-fil.xml"), channel="referrer-epj")

    assert (left_out.plan.channel, left_out.verdict) == (None, None)
    assert (named.plan.channel, named.verdict) == ("referrer-epj", "quarantine")


def test_a_channel_that_is_named_counts_for_all(parts: Parts, source: Read) -> None:
    (one,) = foreseen(parts, source("henvisning-1.1-komplett.xml"), channel="nav")

    assert (one.verdict, [finding.rule for finding in one.findings]) == ("hold", ["MSG-19"])


def test_later_files_know_the_earlier_ones(parts: Parts, source: Read) -> None:
    names = ("henvisning-1.1-komplett.xml", "henvisning-1.1-mottatt-for.xml", "henvisning-1.1-kansellering.xml")

    assert [one.verdict for one in foreseen(parts, *map(source, names))] == ["accept", "ignore", "accept"]


def test_a_receipt_of_the_same_set_settles_what_it_answers_for(parts: Parts, source: Read) -> None:
    names = ("dialogmelding-1.0-nav-behov-for-tiltak.xml", "apprec-1.0-nav-positiv.xml", "apprec-1.0-nav-avvist.xml")

    _, settled, contradicting = foreseen(parts, *map(source, names))

    assert (settled.verdict, [finding.rule for finding in settled.findings]) == ("accept", [])
    assert (contradicting.verdict, [finding.rule for finding in contradicting.findings]) == ("ignore", ["REC-03"])


#: Files that name no sender at all, or cannot be read so far.
SENDERLESS = {"henvisning-1.1-ikke-velformet-uten-msgid.xml", "tom-fil.xml", "ukjent-rot.xml"}


def test_all_fixtures_would_come_to_what_the_index_says(parts: Parts, messages: Path) -> None:
    found = foreseen(parts, *sources([messages]))

    with_channel = {one.plan.source.path: one.verdict for one in found if one.plan.channel}
    different = {path.name: said for path, said in with_channel.items() if said != expected_verdict(path)}
    assert different == {
        # three more receipts for a message of the set that another one has settled
        "apprec-1.0-nav-byttet-v-og-s.xml": "ignore",
        "apprec-1.0-nav-duplikat.xml": "ignore",
        "apprec-1.0-nav-positiv.xml": "ignore",
        # another one has told that the patient has an appointment: somebody must cancel that too
        "henvisning-2.0-kansellering.xml": "hold",
    }
    nobodys = {one.plan.source.path.name for one in found if not one.plan.channel}
    assert all("avsender" in name or name in SENDERLESS for name in nobodys)
    assert len(nobodys) == counts(found)["verdicts"]["no channel"]
    rejected = sum(verdict == "reject" for verdict in with_channel.values())
    # a message to two wrong services is refused for each
    assert counts(found)["receipts"]["negative"] >= rejected > 0


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_nothing_is_written(settings: Settings, source: Read, tmp_path: Path) -> None:
    with Store.open(settings.store.url) as store, store.writing() as ledger:
        ledger.receive([NewMessage(channel="referrer-epj", source="x", data=b"<x/>")], at=NOW - timedelta(days=1))
    before = contents(tmp_path)

    with Store.view(settings.store.url) as store:
        found = foreseen(Parts.build(settings, store=store), source("henvisning-1.1-komplett.xml"))

    assert [one.verdict for one in found] == ["accept"]
    assert contents(tmp_path) == before


def test_a_store_that_is_only_viewed_cannot_be_written(settings: Settings) -> None:
    Store.open(settings.store.url).close()

    with Store.view(settings.store.url) as store, pytest.raises(StoreError), store.writing() as ledger:
        ledger.receive([NewMessage(channel="c", source="x", data=b"<x/>")], at=NOW)
    with Store.open(settings.store.url) as store, store.reading() as query:
        assert query.messages() == []


def test_a_store_that_is_not_there_cannot_be_viewed(settings: Settings) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        Store.view(settings.store.url)
    assert not settings.store_file().exists()


def test_a_store_of_another_release_cannot_be_viewed(settings: Settings) -> None:
    Store.open(settings.store.url).close()
    with closing(sqlite3.connect(settings.store_file())) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()

    with pytest.raises(StoreError, match="earlier release"):
        Store.view(settings.store.url)
