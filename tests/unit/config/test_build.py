"""Settings become the values the rooms work with; each setting arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapter.channel import FolderChannel
from adapter.config import Settings, build, load
from adapter.errors import LimitExceeded
from adapter.flow.context import Timers
from adapter.flow.schedule import Schedule
from adapter.flow.span import Span

CHANGED = """
[limits]
max_bytes = 1000
max_elements = 500

[receipts]
software_name = "Annen"
notice_after = "1h"
alarm_after = "2h"
unknown_service = "hold"
foreign_organisation = "E21"

[timers]
assessment_notice = "1 day"
assessment = "2 working days"
supplement = "3 days"
nav_reminders = ["4 days"]
nav_limit = "5 days"
service = "6 days"
epikrise_notice = "7h"
epikrise = "8h"
park = "0h"

[retries]
attempts = 3
first_wait = "1m"
factor = 3
longest_wait = "2m"

[[route]]
name = "to the clinic"
when = { to = "clinic", from = "clinic", type = ["HENVISNING"] }
deliver = ["clinic-epj"]
schedule = "every 5m"
window = "07:00-17:00"
hold = true
"""

PARTY = """her_ids = ["8990101"]
parent_her_id = "8990100"
organisation_number = "889640782"
receipts = "system"
profiles = ["amo"]
tolerance = ["short-date"]
dedicated = true
strict_sender = true
accepts = ["sykmelding"]
relays_unsupported = true"""


@pytest.fixture
def settings(write: Callable[[str], Path], minimal: str) -> Settings:
    """Return settings in which nothing has its default."""
    text = minimal.replace('her_ids = ["8990101"]', PARTY).replace('"test"', '"prod"')
    return load(write(text + 'suffixes = [".xml"]\nquiet = "0s"\npatience = "0s"\narchive = "kept"\n' + CHANGED))


def test_parties_keep_what_was_written(settings: Settings) -> None:
    party = build.register(settings).by_id("clinic")

    assert party is not None
    assert (party.role, party.name, party.channel) == ("clinic", "Fysikalsk medisin", "clinic-epj")
    assert (party.her_ids, party.parent_her_id) == (("8990101",), "8990100")
    assert (party.organisation_number, party.receipts) == ("889640782", "system")
    assert (party.profiles, party.tolerance) == (("amo",), {"short-date"})
    assert party.is_dedicated
    assert party.strict_sender
    assert party.accepts == {"sykmelding"}
    assert party.relays_unsupported


def test_strict_checks_leave_no_party_its_tolerance(write: Callable[[str], Path], minimal: str) -> None:
    party = build.register(load(write(minimal + "[checks]\nstrict = true\n"))).by_id("clinic")

    assert party is not None
    assert party.tolerance == frozenset()


def test_the_context_of_decisions_keeps_what_was_written(settings: Settings) -> None:
    context = build.context(settings, software_version="1.2")

    (route,) = context.routes
    assert (route.name, route.channels, route.is_held) == ("to the clinic", ("clinic-epj",), True)
    assert (route.to, route.sent_by, route.types) == ({"clinic"}, {"clinic"}, {"HENVISNING"})
    assert route.schedule == Schedule.parse("every 5m", "07:00-17:00")
    assert context.deadlines.notice_after == timedelta(hours=1)
    assert context.deadlines.alarm_after == timedelta(hours=2)
    assert (context.answering.unknown_service, context.answering.foreign_organisation) == ("hold", "E21")
    assert (context.answering.software_name, context.answering.software_version) == ("Annen", "1.2")
    assert context.environment == "prod"
    assert len(context.register) == 1


def test_retries_and_limits_keep_what_was_written(settings: Settings) -> None:
    policy, limits = build.retry_policy(settings), build.limits(settings)

    assert (policy.attempts, policy.factor) == (3, 3.0)
    assert (policy.first_wait, policy.longest_wait) == (timedelta(minutes=1), timedelta(minutes=2))
    assert (limits.max_bytes, limits.max_elements, limits.max_depth) == (1_000, 500, 200)


def test_channels_work_as_they_were_set_up(settings: Settings) -> None:
    channel: FolderChannel = build.channels(settings)["clinic-epj"]
    channel.create_folders()
    folder = settings.channel[0].inbox
    (folder / "a.txt").write_bytes(b"<a/>")
    (folder / "a.xml").write_bytes(b"x" * 1_001)

    # Neither quiet nor patience: a file of this moment is there at once.
    (incoming,) = channel.listing(10, datetime.now(UTC))

    with pytest.raises(LimitExceeded):
        channel.read(incoming)
    channel.settle(incoming)
    assert [path.name for path in (folder.parent / "kept").rglob("*.xml")] == ["a.xml"]


def test_polls_are_schedules(settings: Settings) -> None:
    assert build.polls(settings) == {"clinic-epj": Schedule.parse("every 10s")}


def test_every_span_arrives(settings: Settings) -> None:
    assert build.context(settings).timers == Timers(
        assessment_notice=Span(1, "days"),
        assessment=Span(2, "working days"),
        supplement=Span(3, "days"),
        nav_reminders=(Span(4, "days"),),
        nav_limit=Span(5, "days"),
        service=Span(6, "days"),
        epikrise_notice=Span(7, "h"),
        epikrise=Span(8, "h"),
        park=Span(0, "h"),
    )
