"""The demo's day in one process and on one clock: the scripts fit together, and everything told of them is true."""

from __future__ import annotations

import io
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from adapter.message.message import Message
from adapter.message.state import DeliveryState, MessageState
from adapter.service import intake
from adapter.service.approval import approve
from adapter.service.parts import Parts
from adapter.simulate.actor import Actor
from adapter.simulate.chronicle import Chronicle, Line, Mark
from adapter.simulate.scene import NAMES
from adapter.simulate.stage import Stage, prepared, visible
from adapter.simulate.timeline import Timeline
from adapter.simulate.verdict import Check, expected, is_quiet, judge
from adapter.store.entries import DeliveryMove, NewDelivery, NewMessage
from adapter.wire import read

PARTIES = ("referrer", "clinic", "nav")


@dataclass
class Day:
    """Everything of one day, after it."""

    stage: Stage
    parts: Parts
    actors: dict[str, Actor]
    lines: list[Line]
    now: datetime

    def judge(self, **codes: int) -> tuple[Check, ...]:
        given = dict.fromkeys(PARTIES, 0) | codes
        with self.parts.store.reading() as query:
            return judge(query, self.stage.players, given, NAMES)

    def broken(self, **codes: int) -> list[str]:
        return [check.text for check in self.judge(**codes) if not check.is_true]

    def held(self, party: str) -> list[Message]:
        player = next(player for player in self.stage.players if player.party == party)
        return [read(path.read_bytes()) for path in visible(player.kept)]


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """Play the whole day, and give what is left of it."""
    with prepared(tmp_path / "demo") as stage, closing(Parts.build(stage.settings)) as parts:
        for channel in parts.channels.values():
            channel.create_folders()
        # files get the machine's time, so the day begins a little later than it is
        played = Day(stage, parts, {}, [], datetime.now(UTC) + timedelta(minutes=1))
        ids = (f"00000000-0000-4000-8000-{number:012}" for number in itertools.count(1))
        for player in stage.players:
            folders = {"inbox": player.inbox, "outbox": player.outbox, "kept": player.kept}
            played.actors[player.party] = Actor(
                player.script, **folders, tell=lambda _: None, clock=lambda: played.now, new_id=lambda: next(ids)
            )
        names = {party.channel: NAMES[party.role] for party in stage.settings.party}
        chronicle = Chronicle(NAMES, names)
        for _ in range(10):
            _play_round(played)
            with parts.store.reading() as query:
                played.lines += chronicle.news(query)
        yield played


def _play_round(day: Day) -> None:
    """Let every party and the adapter do what there is to do, three seconds after the last time."""
    day.now += timedelta(seconds=3)
    parts = day.parts
    for actor in day.actors.values():
        actor.step()
    for channel in parts.channels.values():
        items = channel.listing(100, day.now)
        arrivals = intake.fetch(parts.store, channel, items, worker="w", now=day.now).arrivals
        if arrivals:
            parts.desk.process(arrivals, day.now)
    with parts.store.reading() as query:
        due = query.due_deliveries(day.now, 100)
        tasks = query.tasks("open")
    parts.post.deliver(due, day.now)
    for task in tasks:
        if task.draft_message_id is not None:
            approve(parts, task.draft_message_id, by="Rolig Skog", now=day.now)


def test_each_party_holds_what_it_should(day: Day) -> None:
    assert [actor.missing for actor in day.actors.values()] == [(), (), ()]
    assert sorted(message.type_code or "" for message in day.held("referrer")) == [
        *["APPREC"] * 4,
        "DIALOG_HELSEFAGLIG",
        "DIALOG_STATUS_HENVISNING",
    ]
    assert sorted(message.type_code or "" for message in day.held("clinic")) == [
        "APPREC",
        "DIALOG_HELSEFAGLIG",
        "HENVISNING",
    ]
    assert [message.type_code for message in day.held("nav")] == ["DIALOG_NOTAT"]


def test_the_verdict_is_good(day: Day) -> None:
    assert day.broken() == []
    with day.parts.store.reading() as query:
        assert is_quiet(query)


def test_the_chronicle_tells_the_story(day: Day) -> None:
    told = [(line.sender, line.receiver, line.what) for line in day.lines if line.sender]

    def position(sender: str, receiver: str, what: str) -> int:
        return told.index((sender, receiver, what))

    story = [
        position("Legekontor", "Budstikke", "Henvisning 1.1"),
        position("Budstikke", "Klinikk", "Henvisning 1.1"),
        position("Klinikk", "Budstikke", "Helsefaglig dialog"),
        position("Budstikke", "Legekontor", "Helsefaglig dialog"),
        position("Legekontor", "Budstikke", "Notat"),
        position("Budstikke", "NAV", "Notat"),
        position("NAV", "Budstikke", "AppRec 1.0 OK"),
        position("Budstikke", "Legekontor", "AppRec 1.0 OK"),
    ]
    assert story == sorted(story)
    assert ("Klinikk", "Budstikke", "Status") in told
    assert ("Budstikke", "Legekontor", "AppRec 1.1 avvist: E36") in told


def test_the_chronicle_shows_what_needs_a_person(day: Day) -> None:
    notes = [line.note for line in day.lines if line.mark is Mark.MORE]
    tasks = {line.what: line.note for line in day.lines if line.what.startswith("task")}
    by_note = {line.note: line for line in day.lines}

    assert [note.partition(":")[0] for note in notes] == [
        "AMO-04",
        "a question waits for approval",
        "MSG-05",
        "MSG-01b",
    ]
    assert tasks["task 1 for Klinikk"] == "AMO-04"
    assert any(note.startswith("a question waits for approval: «sykemeldingsstatus") for note in notes)
    assert tasks["task 2 for the operator"] == "MSG-01b"
    assert by_note["came before; nothing is done twice"].mark is Mark.WELL
    assert by_note["put aside for a person"].sender == "Legekontor"
    assert by_note["put aside for a person"].what == "unreadable file"
    assert by_note["approved by Rolig Skog: Henvendelse om pasient"].sender == "Klinikk"


def test_nothing_in_the_chronicle_names_a_patient(day: Day) -> None:
    patients = [message.patient for message in day.held("clinic") if message.patient]
    words = {word for patient in patients for word in patient.name.split()}
    words |= {number.value for patient in patients for number in patient.identifiers if number.value}

    assert words
    told = " ".join(f"{line.sender} {line.receiver} {line.what} {line.note}" for line in day.lines)
    assert [word for word in words if word in told] == []


def test_a_party_that_is_not_content_is_a_failure(day: Day) -> None:
    (broken,) = day.broken(clinic=1)

    assert broken.startswith("Klinikk holds all that its script expects: 1 APPREC")


def test_a_file_too_few_too_many_or_not_taken_is_a_failure(day: Day) -> None:
    nav = day.stage.players[2]
    (held,) = visible(nav.kept)
    held.rename(nav.kept / "renamed.xml")
    assert day.broken() == ["NAV holds other files than were delivered to it"]
    (nav.kept / "renamed.xml").unlink()
    assert day.broken() == [
        "NAV holds all that its script expects: nothing",
        "NAV holds other files than were delivered to it",
    ]
    held.write_bytes(b"not a message")
    (nav.inbox / "late.xml").touch()
    assert day.broken() == ["not taken: 1 file between NAV and the adapter"]
    assert expected(nav.script) == 1


def test_what_is_under_way_or_given_up_is_a_failure(day: Day) -> None:
    store, now = day.parts.store, day.now
    with store.writing() as ledger:
        new = NewDelivery(message_id=1, for_message_id=1, channel="nav", party="nav", name="x.xml")
        (delivery,) = ledger.add_deliveries([new], at=now)
    with store.reading() as query:
        assert not is_quiet(query)
    assert day.broken() == ["no delivery is under way, and none was given up"]

    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.ABANDONED)], at=now)
    with store.reading() as query:
        assert is_quiet(query)
    assert day.broken() == ["no delivery is under way, and none was given up"]


def test_a_message_without_an_end_and_an_open_task_are_failures(day: Day) -> None:
    store = day.parts.store
    with store.writing() as ledger:
        ledger.receive([NewMessage(channel="nav", source="x", data=b"<x/>")], at=day.now)
    assert [text.partition(":")[0] for text in day.broken()] == ["every message has found its end"]

    with store.writing() as ledger:
        ledger.reopen_task(1, by="kari", at=day.now)
    assert day.broken()[-1] == "2 tasks for a person: the file nobody can read"


def test_an_event_log_that_somebody_changed_is_a_failure(day: Day) -> None:
    with closing(sqlite3.connect(day.parts.store.path)) as connection, connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET name = 'rejected' WHERE name = 'accepted' AND message_id = 1")

    assert [text.partition(":")[0] for text in day.broken()] == ["the event log verifies"]


def test_a_stranger_and_held_messages_are_shown_too(day: Day) -> None:
    player = day.stage.players[2]
    (player.outbox / "forged.xml").write_bytes(_forged(day))
    _play_round(day)
    names = {party.channel: NAMES[party.role] for party in day.stage.settings.party}
    with day.parts.store.reading() as query:
        lines = Chronicle(NAMES, names).news(query)
        held = [row for row in query.messages() if row.state is MessageState.HELD]

    assert len(held) == 1
    (line,) = [line for line in lines if line.note.startswith("held for a person")]
    assert line.mark is Mark.NOTICE


def _forged(day: Day) -> bytes:
    """Return a message of the clinic, which does not belong to NAV's folder."""
    with day.parts.store.reading() as query:
        rows = [row for row in query.messages() if row.type == "DIALOG_STATUS_HENVISNING"]
        data = query.bodies([rows[0].id])[rows[0].id]
    return data.replace((rows[0].msg_id or "").encode(), b"aaaaaaaa-0000-4000-8000-000000000001", 1)


def test_the_timeline_is_plain_where_there_are_no_colours(day: Day) -> None:
    out = io.StringIO()
    timeline = Timeline(Console(file=out, width=140, highlight=False), day.lines[0].at - timedelta(seconds=1.25))
    timeline.show([*day.lines[:2], replace(day.lines[0], sender="", what="SIGKILL", note="all die", mark=Mark.BAD)])
    timeline.say("[red]as it is[/red]", style="bold")
    timeline.judge([Check(text="well", is_true=True), Check(text="not well", is_true=False)])
    lines = out.getvalue().splitlines()

    assert lines[0].split() == ["1.2", "s", "✓", "Legekontor", "→", "Budstikke", "Henvisning", "1.1", "taken"]
    assert lines[1].strip() == "AMO-04: The referral says nothing about sick leave."
    assert lines[2] == "  1.2 s  ✗  SIGKILL  all die"
    assert lines[3:] == ["[red]as it is[/red]", "  ✓  well", "  ✗  not well"]
