from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shipping import shipped

from adapter.message.state import EnvelopeState
from adapter.store import EnvelopeFacts, EnvelopeMove, NewEnvelope, NewEvent, NewTask, Store

Budstikke = Callable[..., Any]

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mails(store: Path) -> None:
    """Add what a mail channel leaves.

    Envelope 1 is held, with task 2 about it. Envelope 2 brought message 1 as delivery 3, and waits for its
    acknowledgment. Envelope 3 came with a message and was acknowledged by envelope 4.
    """
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        new = NewEnvelope(direction="in", channel="edi", data=b"held mail", state=EnvelopeState.RECEIVED)
        (held,) = ledger.receive_envelopes([new], at=NOON)
        facts = EnvelopeFacts(message_id="held@gp", action="Henvisning", sender_her="8990201", receiver_her="8990101")
        ledger.describe_envelope(held, facts, to=EnvelopeState.HELD, error="The list of revoked is old.", at=NOON)
        ledger.add_tasks([NewTask(party="", rule="TRA-09", title="Look at it", envelope_id=held)], at=NOON)
        known = {"message_id": "Out@us", "receiver_her": "8990101"}
        again = {"retries": 5, "retry_interval": timedelta(hours=12)}
        _, out = shipped(ledger, 1, NOON, party="clinic", data=b"sealed", **known, **again)
        ledger.move_envelopes([EnvelopeMove(id=out, to=EnvelopeState.SENT, due_at=NOON + timedelta(hours=12))], at=NOON)
        new = NewEnvelope(direction="in", channel="edi", data=b"a mail", state=EnvelopeState.RECEIVED)
        (opened_mail,) = ledger.receive_envelopes([new], at=NOON)
        ledger.describe_envelope(
            opened_mail, EnvelopeFacts(message_id="in@gp"), to=EnvelopeState.OPENED, carries=1, at=NOON
        )
        ledger.add_envelopes(
            [
                NewEnvelope(
                    direction="out",
                    channel="edi",
                    data=b"ack",
                    state=EnvelopeState.SENT,
                    answers=opened_mail,
                    action="Acknowledgment",
                )
            ],
            at=NOON,
        )


def numbers(budstikke: Budstikke, *options: object) -> list[int]:
    return [json.loads(line)["id"] for line in budstikke("envelopes", "--json", *options).out.splitlines()]


def test_envelopes_are_listed_the_newest_first(budstikke: Budstikke) -> None:
    assert numbers(budstikke) == [4, 3, 2, 1]

    heading, *lines = budstikke("envelopes").out.splitlines()
    assert heading.split()[:4] == ["id", "time", "way", "state"]
    assert len(lines) == 4
    assert "8990201" in lines[-1]
    assert "The list of revoked is old." in lines[-1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--pending"], [2]),
        (["--way", "in"], [3, 1]),
        (["--state", "held"], [1]),
        (["--channel", "gp-epj"], []),
        (["--her-id", "8990101"], [2, 1]),
        (["--message-id", "OUT@US"], [2]),
        (["--limit", 1], [4]),
    ],
)
def test_envelopes_are_found_by(budstikke: Budstikke, options: list[object], expected: list[int]) -> None:
    assert numbers(budstikke, *options) == expected


def test_where_none_match_it_is_said(budstikke: Budstikke) -> None:
    assert budstikke("envelopes", "--her-id", "8990999").out == "No envelopes match.\n"


def test_a_channel_that_there_is_not_is_refused_by_name(budstikke: Budstikke) -> None:
    ran = budstikke("envelopes", "--channel", "eddi")

    assert (ran.exit_code, ran.out) == (2, "")
    assert 'there is no channel "eddi". There are clinic-epj, gp-epj;' in " ".join(ran.err.split())


def test_only_what_goes_again_is_due(budstikke: Budstikke) -> None:
    lines = {line.split()[0]: line for line in budstikke("envelopes").out.splitlines()}

    assert "2026-03-10 01:00:00" in lines["2"]
    assert "2026-03-10" not in lines["4"]


def test_a_held_envelope_is_due_when_its_signer_is_checked_again(budstikke: Budstikke, store: Path) -> None:
    def due() -> str:
        heading, *_, held = budstikke("envelopes").out.splitlines()
        start = heading.index("due")
        return held[start : heading.index("acknowledged")].strip()

    assert due() == ""

    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        ledger.judge_envelopes_again([1], at=NOON)
        ledger.describe_envelope(1, EnvelopeFacts(), to=EnvelopeState.HELD, due_at=NOON + timedelta(hours=1), at=NOON)

    assert due() == "2026-03-09 14:00:00"


def test_an_envelope_is_shown_with_what_answers_it_and_what_happened(budstikke: Budstikke) -> None:
    shown = json.loads(budstikke("envelopes", "show", 3, "--json").out)
    assert (shown["state"], shown["answer"], shown["tasks"]) == ("opened", 4, [])
    assert [event["name"] for event in shown["events"]] == ["envelope_received", "envelope_opened"]
    assert json.loads(budstikke("envelopes", "show", 2, "--json").out)["retry_interval"] == 43_200

    out = budstikke("envelopes", "show", 3).out
    assert "Acknowledgment" in out
    assert "answered with" in out.splitlines()
    assert "in@gp" in out


def test_a_held_envelope_is_shown_with_its_task(budstikke: Budstikke) -> None:
    lines = budstikke("envelopes", "show", 1).out.splitlines()

    assert "tasks" in lines
    assert any("TRA-09" in line for line in lines)
    assert "answered with" not in lines


def test_what_issuers_said_of_a_signer_is_shown_in_words_and_kept_whole(budstikke: Budstikke, store: Path) -> None:
    said = {"envelope": 1, "said": "It was not taken back.", "statement": "c2lnbmVk"}
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        ledger.log([NewEvent(name="revocation_checked", data=said)], at=NOON)

    shown = budstikke("envelopes", "show", 1)
    assert "revocation_checked  said=It was not taken back.\n" in shown.out
    events = json.loads(budstikke("envelopes", "show", 1, "--json").out)["events"]
    assert events[-1]["data"] == said


def test_the_mail_itself_is_printed_as_it_is(budstikke: Budstikke) -> None:
    assert budstikke("envelopes", "show", 2, "--raw").out == "sealed"
    assert budstikke("envelopes", "show", 2, "--raw", "--json").exit_code == 2


def test_an_envelope_that_is_not_there(budstikke: Budstikke) -> None:
    assert budstikke("envelopes", "show", 9).exit_code == 3


def test_a_person_pauses_resumes_and_resends(budstikke: Budstikke) -> None:
    assert "waits" in budstikke("envelopes", "pause", 2, "--by", "Kari").out
    assert "sent, paused" in budstikke("envelopes", "--pending").out
    assert budstikke("envelopes", "pause", 2).exit_code == 3

    assert "goes on" in budstikke("envelopes", "resume", 2).out
    assert "goes out again" in budstikke("envelopes", "resend", 2).out
    assert numbers(budstikke, "--state", "queued") == [2]
    assert '"by": "Kari"' in budstikke("envelopes", "show", 2, "--json").out


def test_a_person_releases_what_is_held(budstikke: Budstikke) -> None:
    assert "budstikke envelopes release 1" in budstikke("tasks", "show", 2).out

    assert budstikke("envelopes", "release", 1).exit_code == 0

    assert numbers(budstikke, "--state", "received") == [1]
    assert "budstikke envelopes release 1" not in budstikke("tasks", "show", 2).out
    assert budstikke("envelopes", "release", 1).err.startswith("ACT-01: ")


def test_a_person_rejects_what_is_held(budstikke: Budstikke) -> None:
    assert budstikke("envelopes", "reject", 1).exit_code == 0

    assert numbers(budstikke, "--state", "refused") == [1]


def test_a_task_about_what_was_given_up_says_how_to_send_it_again(budstikke: Budstikke, store: Path) -> None:
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        ledger.abandon_envelopes([3], at=NOON)
        ledger.add_tasks([NewTask(party="", rule="TRA-03", title="Ask", envelope_id=2)], at=NOON)

    assert "budstikke envelopes resend 2" in budstikke("tasks", "show", 3).out


def test_a_message_is_shown_with_its_envelopes(budstikke: Budstikke) -> None:
    shown = json.loads(budstikke("messages", "show", 1, "--json").out)
    assert [row["id"] for row in shown["envelopes"]] == [2, 3]

    assert "envelopes" in budstikke("messages", "show", 1).out.splitlines()
    assert "envelopes" not in budstikke("messages", "show", 3).out.splitlines()


def test_a_thread_is_shown_with_the_envelopes_of_its_messages(budstikke: Budstikke) -> None:
    shown = [json.loads(line) for line in budstikke("threads", "show", 1, "--json").out.splitlines()]
    assert [[row["id"] for row in one["envelopes"]] for one in shown] == [[2, 3], []]

    _, envelopes, *_ = budstikke("threads", "show", 1).out.split("\n\n")
    heading, _, *lines = envelopes.splitlines()
    assert heading == "envelopes"
    assert [line.split()[0] for line in lines] == ["2", "3"]


def test_a_delivery_is_shown_with_whether_it_is_acknowledged(budstikke: Budstikke, store: Path) -> None:
    assert "pending" in budstikke("deliveries").out
    assert "envelopes" in budstikke("deliveries", "show", 3).out.splitlines()
    shown = json.loads(budstikke("deliveries", "show", 3, "--json").out)
    assert [row["id"] for row in shown["envelopes"]] == [2]

    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=2, to=EnvelopeState.ACKNOWLEDGED)], at=NOON)

    out = budstikke("deliveries").out
    assert "pending" not in out
    assert "2026-03-09 13:00:00" in out


def test_envelopes_are_counted(budstikke: Budstikke) -> None:
    assert "ok      envelopes: 1 held, 1 opened, 2 sent" in budstikke("check").out
