"""What befalls the adapter in a scenario, and what people do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapter import resources
from adapter.config import load
from adapter.config.move import moved
from adapter.replay.acts import (
    Act,
    Assign,
    CloseTasks,
    Configure,
    Crash,
    CrashPoint,
    Daemon,
    EndStay,
    GiveReceipt,
    Operate,
    Outage,
    Pass,
    Purge,
    Release,
    Reopen,
    Retry,
    SendAgain,
    SendFile,
)
from adapter.replay.holdings import Holdings
from adapter.replay.isolated import SOFTWARE_VERSION, Performance
from adapter.replay.scenario import Casting, Scenario, ScenarioError, Step
from adapter.replay.stage import Stage
from adapter.service.acts import NotPossible
from adapter.service.parts import Parts
from adapter.simulate.actor import engage

START = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
MESSAGES = resources.fixtures() / "messages"

Play = Callable[..., Holdings]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Return what plays acts an hour apart, and returns what everybody has then."""
    opened: list[Parts] = []

    def playing(*acts: Act, refused: str | None = None, cast: tuple[Casting, ...] = ()) -> Holdings:
        settings = moved(load(resources.example_config()), tmp_path / str(len(opened)))
        opened.append(Parts.build(settings, software_version=SOFTWARE_VERSION))
        steps = [Step(at=START + number * HOUR, act=act) for number, act in enumerate(acts)]
        steps[-1] = replace(steps[-1], refused=refused)
        scenario = Scenario(name="test", what="", starts=START, steps=tuple(steps), cast=cast)
        performance = Performance(scenario, opened[-1], engage)
        performance.play()
        return performance.holdings()

    yield playing
    for parts in opened:
        parts.close()


def sent(name: str, label: str = "it", party: str = "referrer") -> SendFile:
    return SendFile(name=label, party=party, file=MESSAGES / name)


REFERRAL = sent("henvisning-1.1-komplett.xml")
LACKING = sent("henvisning-1.1-uten-telefon.xml")
NEED = sent("dialogmelding-1.0-nav-behov-for-tiltak.xml")


@pytest.mark.parametrize("point", CrashPoint)
def test_wherever_a_worker_dies_everybody_gets_everything_once(play: Play, point: CrashPoint) -> None:
    assert play(Crash(point=point), REFERRAL) == play(Pass(), REFERRAL)


def test_a_crash_that_never_happened_is_a_mistake(play: Play) -> None:
    with pytest.raises(ScenarioError, match="never came to the point"):
        play(Crash(point=CrashPoint.UNSENT))
    with pytest.raises(ScenarioError, match="has not happened yet"):
        play(Crash(point=CrashPoint.UNSENT), Crash(point=CrashPoint.UNSENT))


def test_while_the_daemon_is_stopped_nothing_happens(play: Play) -> None:
    stopped = play(Operate(daemon=Daemon.STOPS), REFERRAL, Pass())
    started = play(Operate(daemon=Daemon.STOPS), REFERRAL, Operate(daemon=Daemon.STARTS))

    assert stopped.messages == ()
    assert started.messages[0] == "it: delivered, accept"
    assert started.holds["clinic"] == ("mon 2026-03-02 11:20:00 HENVISNING 1.1: it",)


def test_a_clock_that_is_set_back_shows_an_hour_again(parts: Parts) -> None:
    stage = Stage(parts, START)

    stage.set_back(timedelta(hours=3))
    stage.move_to(START - 2 * HOUR)

    assert stage.now == START - 2 * HOUR
    assert stage.next_due is None


def test_what_was_given_up_goes_when_the_outage_is_over(play: Play) -> None:
    held = play(Outage(party="clinic"), REFERRAL, Pass(), Outage(party="clinic", is_over=True), Retry(message="it"))

    assert held.tasks == ("DLV-01 for the operator about it: open",)
    assert held.holds["clinic"] == ("mon 2026-03-02 13:20:00 HENVISNING 1.1: it",)


def test_what_was_put_aside_is_judged_anew(play: Play) -> None:
    held = play(sent("henvisning-1.1-ukjent-virksomhet.xml"), Retry(message="it"))

    assert held.messages == ("it: quarantined, quarantine, MSG-07",)
    assert held.events[0].count("quarantined") == 2


def test_a_changed_address_book_counts_from_then_on(play: Play) -> None:
    config = resources.fixtures() / "scenarios" / "config" / "hospital-without-referrer.toml"
    held = play(Configure(config=config), sent("dialogmelding-1.0-nav-foresporsel.xml", party="nav"))

    assert held.messages == ("it: held, hold, MSG-08",)


def test_tasks_are_taken_on_closed_and_opened_again(play: Play) -> None:
    taken = Assign(message="it", to="Kari", by="Ola")

    assert play(LACKING, taken).tasks[0].endswith(", Kari's: open")
    assert play(LACKING, taken, CloseTasks(message="it", by="Kari")).tasks[0].endswith("done by Kari")
    assert play(LACKING, CloseTasks(message="it"), Reopen(message="it")).tasks[0].endswith(": open")
    with pytest.raises(ScenarioError, match="no closed task about it"):
        play(LACKING, Reopen(message="it"))


def test_a_stay_ends_and_a_message_is_forgotten(play: Play) -> None:
    held = play(REFERRAL, EndStay(message="it", on=date(2026, 3, 2)), Purge(message="it", reason="feil"))

    assert [line.partition(" of ")[0] for line in held.timers] == [
        "assessment-notice",
        "assessment",
        "epikrise-notice",
        "epikrise",
    ]
    assert held.events[0].endswith("purged")
    assert held.holds["clinic"] == ("mon 2026-03-02 09:20:00 HENVISNING 1.1: it",)


def test_a_system_answers_what_it_got_in_its_own_name(play: Play) -> None:
    held = play(NEED, GiveReceipt(name="answer", party="nav", message="it", errors=("E36",)))

    assert held.holds["referrer"] == (
        "mon 2026-03-02 10:20:00 APPREC 1.0: answer – 2 Avvist: E36 Pasientopplysninger er utilstrekkelige",
    )


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (GiveReceipt(name="x", party="clinic", message="it"), "it is not for clinic"),
        (GiveReceipt(name="x", party="nav", message="wreck"), "nobody can answer wreck"),
        (SendAgain(name="x", party="nav", message="nav/never"), "nav/never was not sent"),
    ],
)
def test_what_cannot_be_sent_says_why(play: Play, act: Act, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        play(NEED, sent("tom-fil.xml", label="wreck"), act)


def test_the_same_bytes_are_a_double_and_new_ids_a_new_message(play: Play) -> None:
    again = SendAgain(name="again", party="referrer", message="it")

    assert play(REFERRAL, again).messages[-1] == "again: ignored, ignore, in the thread of it"
    assert "again: delivered, accept" in play(REFERRAL, replace(again, has_new_ids=True)).messages


def test_what_must_be_refused_is_and_for_that_reason(play: Play) -> None:
    release = Release(message="it")

    assert play(REFERRAL, release, refused="is not held").messages[0] == "it: delivered, accept"
    with pytest.raises(NotPossible, match="is not held"):
        play(REFERRAL, release, refused="CNV-05")
    with pytest.raises(ScenarioError, match='step 2 should be refused because of "CNV-05"'):
        play(REFERRAL, Pass(), refused="CNV-05")


def test_an_actor_reads_answers_and_keeps_its_time(play: Play, tmp_path: Path) -> None:
    script = tmp_path / "nav.toml"
    script.write_text(
        'role = "nav"\nname = "NAV"\n[[expect]]\nid = "need"\ntimes = "any"\nwait = "20m"\nreceipt = "nav"\n', "utf-8"
    )
    other = sent("dialogmelding-1.0-nav-ikke-sykmeldt.xml", label="other")

    held = play(NEED, other, Pass(), cast=(Casting("nav", script),))

    assert held.holds["referrer"] == (
        "mon 2026-03-02 09:40:00 APPREC 1.0: nav/kvittering-på-need – 1 OK",
        "mon 2026-03-02 10:40:00 APPREC 1.0: nav/kvittering-på-need (2) – 1 OK",
    )


def test_without_anybody_to_play_it_a_part_is_not_played(tmp_path: Path) -> None:
    settings = moved(load(resources.example_config()), tmp_path)
    cast = (Casting("nav", tmp_path / "missing.toml"),)
    scenario = Scenario(name="t", what="", starts=START, steps=(Step(at=START, act=NEED),), cast=cast)

    with closing(Parts.build(settings)) as parts, pytest.raises(ScenarioError, match="nobody plays nav"):
        Performance(scenario, parts)
