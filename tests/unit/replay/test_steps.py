"""What a step may say, and what is a mistake in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapter.replay import acts
from adapter.replay.acts import Act, CrashPoint, Daemon
from adapter.replay.scenario import Casting, Scenario, ScenarioError, load

HEAD = 'what = "w"\nstarts = 2026-03-02T09:00:00Z\n'
SENT = '[[step]]\nsend = "a.xml"\nfrom = "referrer"\n'


def story(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "story.toml"
    path.write_text(HEAD + text, "utf-8")
    return load(path, messages=tmp_path, specs=tmp_path)


@pytest.mark.parametrize(
    ("step", "act"),
    [
        ('again = "a"\nfrom = "nav"', acts.SendAgain(name="a again", party="nav", message="a")),
        (
            'again = "a"\nfrom = "nav"\nnew_ids = true\nname = "b"',
            acts.SendAgain(name="b", party="nav", message="a", has_new_ids=True),
        ),
        (
            'receipt = "a"\nfrom = "clinic"\nerrors = ["E21"]',
            acts.GiveReceipt(name="clinic's receipt for a", party="clinic", message="a", errors=("E21",)),
        ),
        ('assign = "a"\nto = "Kari"\nby = "Ola"', acts.Assign(message="a", to="Kari", by="Ola")),
        ('reopen = "a"', acts.Reopen(message="a")),
        ('stay_ended = "a"\non = 2026-03-27', acts.EndStay(message="a", on=date(2026, 3, 27))),
        ('purge = "a"\nreason = "feil"', acts.Purge(message="a", reason="feil")),
        ('retry = "a"', acts.Retry(message="a")),
        ('daemon = "stops"', acts.Operate(daemon=Daemon.STOPS)),
        ('crash = "before delivery"', acts.Crash(point=CrashPoint.UNSENT)),
        ('outage = "clinic"', acts.Outage(party="clinic")),
        ('outage_ends = "clinic"', acts.Outage(party="clinic", is_over=True)),
        ('set_back = "6h"', acts.SetBack(by=timedelta(hours=6))),
    ],
)
def test_a_step_is_read(tmp_path: Path, step: str, act: Act) -> None:
    assert story(tmp_path, f"{SENT}[[step]]\n{step}\n").steps[1].act == act


def test_a_configuration_and_an_actor_lie_beside_the_scenario(tmp_path: Path) -> None:
    found = story(tmp_path, f'[[actor]]\nparty = "nav"\nscript = "nav.toml"\n{SENT}[[step]]\nconfig = "c.toml"\n')

    assert found.cast == (Casting("nav", tmp_path / "nav.toml"),)
    assert found.steps[1].act == acts.Configure(config=tmp_path / "c.toml")


def test_what_an_actor_sends_is_named_after_it_before_anybody_knows_that_it_will(tmp_path: Path) -> None:
    actor = '[[actor]]\nparty = "nav"\nscript = "nav.toml"\n'

    assert story(tmp_path, f'{actor}[[step]]\nrelease = "nav/x"\n').steps[0].act == acts.Release(message="nav/x")
    with pytest.raises(ScenarioError, match="no step before it is called clinic/x"):
        story(tmp_path, f'{actor}[[step]]\nrelease = "clinic/x"\n')


def test_after_the_clock_was_set_back_time_counts_from_there(tmp_path: Path) -> None:
    found = story(tmp_path, '[[step]]\nafter = "9h"\nset_back = "6h"\n[[step]]\nafter = "1h"\n')

    assert [step.at for step in found.steps] == [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (18, 13)]


def test_a_step_may_have_to_be_refused(tmp_path: Path) -> None:
    assert story(tmp_path, f'{SENT}[[step]]\nrelease = "a"\nrefused = "not held"\n').steps[1].refused == "not held"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('stay_ended = "a"\non = 2026-03-27T10:00:00', "`on` should be a date"),
        ('stay_ended = "a"', "`on` is missing"),
        ('purge = "a"', "`reason` is missing"),
        ('daemon = "sleeps"', "`daemon` should be one of stops, starts"),
        ('crash = "now"', "`crash` should be one of before the decision"),
        ('set_back = "far"', "`set_back` should be a duration"),
        ('again = "b"\nfrom = "nav"', "no step before it is called b"),
    ],
)
def test_a_mistake_in_a_step_is_told(tmp_path: Path, step: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=f"step 2: .*{said}|step 2.*{said}"):
        story(tmp_path, f"{SENT}[[step]]\n{step}\n")


def test_an_actor_has_a_party_and_a_script(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="an actor has a `party` and a `script`"):
        story(tmp_path, f'[[actor]]\nparty = "nav"\n{SENT}')
