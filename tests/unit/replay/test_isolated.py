from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapter import resources
from adapter.config import load
from adapter.config.move import moved
from adapter.errors import BudstikkeError
from adapter.flow.drafts.kinds import DraftKind
from adapter.replay.acts import Approve, Release, SendFile, SendSpec, WriteDraft
from adapter.replay.isolated import SOFTWARE_VERSION, Performance, of_files
from adapter.replay.scenario import Scenario, ScenarioError, Step
from adapter.replay.source import Source
from adapter.replay.stage import Stage
from adapter.service.parts import Parts

START = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
SPECS = resources.fixtures() / "specs"

Perform = Callable[..., Performance]
Read = Callable[[str], Source]


@pytest.fixture
def perform(tmp_path: Path) -> Iterator[Perform]:
    """Return what plays acts one after the other, each in an installation of its own."""
    opened: list[Parts] = []

    def performing(*acts: object, after: timedelta = timedelta()) -> Performance:
        settings = moved(load(resources.example_config()), tmp_path / str(len(opened)))
        opened.append(Parts.build(settings, software_version=SOFTWARE_VERSION))
        steps = tuple(Step(at=START + number * after, act=act) for number, act in enumerate(acts))  # type: ignore[arg-type]
        made = Performance(Scenario(name="test", what="", starts=START, steps=steps), opened[-1])
        made.play()
        return made

    yield performing
    for parts in opened:
        parts.close()


def sent(messages: Path, name: str, party: str = "referrer", label: str = "referral") -> SendFile:
    return SendFile(name=label, party=party, file=messages / name)


def test_two_runs_give_the_same_bytes(perform: Perform, messages: Path) -> None:
    acts = [
        sent(messages, "henvisning-1.1-uten-telefon.xml"),
        Approve(name="question", message="referral"),
        SendSpec(name="status", party="clinic", spec=SPECS / "dialogmelding-1.1-status.toml"),
    ]

    first, second = perform(*acts, after=timedelta(hours=1)), perform(*acts, after=timedelta(hours=1))

    assert first.files() == second.files()
    assert first.holdings() == second.holdings()
    assert len(first.files()) >= 4


def test_what_is_due_on_the_way_happens_at_its_own_moment(parts: Parts, messages: Path) -> None:
    stage = Stage(parts, START)
    stage.drop("referrer-epj", (messages / "dialogmelding-1.0-nav-behov-for-tiltak.xml").read_bytes())

    stage.move_to(START + timedelta(days=5))

    with parts.store.reading() as query:
        fired = [timer.fired_at for timer in query.timers()]
        assert fired == [timer.due_at for timer in query.timers()]
        assert [task.rule for task in query.tasks()] == ["REC-06", "REC-07"]
    assert stage.now == START + timedelta(days=5)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(parts: Parts, messages: Path) -> None:
    stage = Stage(parts, START)
    inbox = next(channel.inbox for channel in parts.settings.channel if channel.id == "referrer-epj")
    (inbox / "00000.xml").write_bytes(b"x" * (parts.settings.limits.max_bytes + 1))
    stage.drop("referrer-epj", (messages / "henvisning-1.1-komplett.xml").read_bytes())

    stage.settle()

    with parts.store.reading() as query:
        assert [row.verdict for row in query.messages() if row.direction == "in"] == ["accept"]


def test_the_archive_is_kept_by_the_days_of_the_clock(parts: Parts, messages: Path) -> None:
    stage = Stage(parts, START)
    stage.drop("clinic-epj", (messages / "dialogmelding-1.1-status-1.xml").read_bytes())
    stage.settle()

    archive = next(channel.archive for channel in parts.settings.channel if channel.id == "clinic-epj")
    assert archive is not None
    assert [path.name for path in archive.iterdir()] == ["2026-03-02"]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (SendFile(name="x", party="nobody", file=Path("x")), "no party nobody"),
        (Release(message="referral"), "not one that is held|is not held"),
        (Approve(name="q", message="referral"), "no open task with a draft"),
        (
            SendSpec(
                name="x", party="clinic", spec=SPECS / "henvisning-1.1.toml", change={"msg_id": "$nothing.msg_id"}
            ),
            "names nothing that a step before it sent",
        ),
        (
            SendSpec(
                name="x", party="clinic", spec=SPECS / "henvisning-1.1.toml", change={"msg_id": "$referral.other"}
            ),
            "names nothing",
        ),
    ],
)
def test_a_step_that_cannot_be_done_says_why(perform: Perform, messages: Path, act: object, said: str) -> None:
    if isinstance(act, SendFile):
        act = replace(act, file=messages / "tom-fil.xml")
    with pytest.raises((ScenarioError, BudstikkeError), match=said):
        perform(sent(messages, "henvisning-1.1-komplett.xml"), act)


def test_a_step_about_a_message_that_did_not_arrive_says_so(perform: Perform) -> None:
    with pytest.raises(ScenarioError, match="was not received"):
        perform(Release(message="referral"))


def test_a_specification_is_changed_at_any_depth(perform: Perform, messages: Path) -> None:
    change = {
        "conversation": {"parent": "$referral.msg_id", "conversation": "$referral.msg_id"},
        "dialogmelding.notater.0.theme": "9148:4",
        "dialogmelding.notater.0.roles": [{"role_to_patient": "21 Helsefaglig kontakt", "person": {"name": "A B"}}],
    }
    played = perform(
        sent(messages, "henvisning-1.1-komplett.xml"),
        SendSpec(
            name="status",
            party="clinic",
            spec=SPECS / "dialogmelding-1.1-status.toml",
            change=change,
            without=("other_receivers", "dialogmelding.notater.0.text"),
        ),
    )

    assert "status: delivered, accept, SH-03, in the thread of referral" in played.holdings().messages


def test_files_are_played_a_moment_after_the_last_of_them(source: Read) -> None:
    found = [source(name) for name in ("henvisning-1.1-komplett.xml", "tom-fil.xml", "henvisning-1.1-komplett.xml")]

    scenario = of_files(found, lambda source: "referrer" if source.message else None)

    assert scenario.starts == START
    assert [(step.at, getattr(step.act, "name", "")) for step in scenario.steps] == [
        (START, "henvisning-1.1-komplett"),
        (START, "henvisning-1.1-komplett (2)"),
    ]


def test_a_file_that_was_changed_on_the_way_is_told(parts: Parts, messages: Path) -> None:
    scenario = Scenario(
        name="test",
        what="",
        starts=START,
        steps=(Step(at=START, act=sent(messages, "henvisning-1.1-komplett.xml")),),
    )
    played = Performance(scenario, parts)
    played.play()
    outbox = next(channel.outbox for channel in parts.settings.channel if channel.id == "clinic-epj")
    (delivered,) = outbox.iterdir()
    delivered.write_bytes(delivered.read_bytes() + b"\n")
    (outbox / "other.xml").write_bytes(b"<x/>")

    told = played.holdings().holds["clinic"]

    assert told == (
        "other.xml: sent by nobody",
        "mon 2026-03-02 09:20:00 HENVISNING 1.1: referral, changed on the way",
    )


def test_what_is_relayed_unread_is_told_too(tmp_path: Path, messages: Path) -> None:
    """Holdings name a file that cannot be parsed, instead of failing."""
    settings = moved(load(resources.example_config()), tmp_path)
    with closing(Parts.build(settings)) as parts:
        played = Performance(
            Scenario(
                name="test",
                what="",
                starts=START,
                steps=(Step(at=START, act=sent(messages, "henvisning-1.1-komplett.xml")),),
            ),
            parts,
        )
        played.play()
        outbox = next(channel.outbox for channel in parts.settings.channel if channel.id == "clinic-epj")
        (delivered,) = outbox.iterdir()
        delivered.write_bytes(b"<broken")

        assert played.holdings().holds["clinic"] == (
            "mon 2026-03-02 09:20:00 unreadable: referral, changed on the way",
        )


def test_a_draft_is_written_and_sent(perform: Perform, messages: Path) -> None:
    told = {
        "code": "1",
        "place": "Poliklinikken",
        "appointment": datetime(2026, 4, 2, 11, 0),  # noqa: DTZ001 - Norwegian wall clock, as in a file
        "author": "Rolig Skog, FT, 565501872, 77000003",
    }
    played = perform(
        SendFile(name="referral", party="referrer", file=messages / "henvisning-1.1-komplett.xml"),
        WriteDraft(name="called in", message="referral", kind=DraftKind.STATUS, told=told),
    )

    assert "called in: delivered, accept, in the thread of referral" in played.holdings().messages


def test_what_a_draft_cannot_be_told_is_a_mistake(perform: Perform, messages: Path) -> None:
    with pytest.raises(ScenarioError, match="unknown key when"):
        perform(
            SendFile(name="referral", party="referrer", file=messages / "henvisning-1.1-komplett.xml"),
            WriteDraft(name="x", message="referral", kind=DraftKind.STATUS, told={"when": "now"}),
        )


def test_there_is_no_draft_where_nothing_is_missing(perform: Perform, messages: Path) -> None:
    with pytest.raises(ScenarioError, match="no open task with a draft about referral"):
        perform(
            SendFile(name="referral", party="referrer", file=messages / "henvisning-1.1-komplett.xml"),
            Approve(name="x", message="referral"),
        )
