from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from adapter.config import Settings
from adapter.message.state import MessageState
from adapter.replay.review import Review, reviews
from adapter.replay.source import sources
from adapter.replay.stage import Stage
from adapter.service.acts import release_message
from adapter.service.parts import Parts
from adapter.store import MessageRow

Carry = Callable[..., None]
Rows = Callable[..., list[MessageRow]]
GOOD = "henvisning-1.1-komplett.xml"


def reviewed(parts: Parts, rows: list[MessageRow]) -> list[Review]:
    return list(reviews(parts.store, parts.desk, rows))


def test_every_synthetic_message_is_decided_as_it_was(parts: Parts, stage: Stage, messages: Path, rows: Rows) -> None:
    for source in sources([messages]):
        sender = source.sender(parts.context.register)
        stage.drop(sender.channel if sender else "referrer-epj", source.data)
        stage.settle()

    found = reviewed(parts, rows())

    assert len(found) > 150
    assert {one.difference() for one in found} == {""}
    assert {one.why_not for one in found} <= {"", "its content is not kept"}


def test_other_rules_show_as_a_difference(parts: Parts, settings: Settings, carry: Carry, rows: Rows) -> None:
    carry(GOOD, "henvisning-1.1-uten-sykmeldingsstatus.xml")
    clinic = next(party for party in settings.party if party.id == "clinic")
    others = [party for party in settings.party if party.id != "clinic"]
    changed = settings.model_copy(
        update={"party": [*others, clinic.model_copy(update={"profiles": [], "receipts": "system"})]}
    )
    with closing(Parts.build(changed, store=parts.store)) as today:
        _, other = reviewed(today, rows())

    assert "-finding: AMO-04 warn" in other.difference().splitlines()
    assert "-receipt: 8990101 1" in other.difference().splitlines()
    assert other.difference().startswith("--- message 3 then\n+++ message 3 today\n")


def test_the_codes_of_a_negative_receipt_are_compared(parts: Parts, carry: Carry, rows: Rows) -> None:
    carry("henvisning-1.1-feil-dato.xml")

    (one,) = reviewed(parts, rows())

    assert "receipt: 8990101 2 T02" in one.then
    assert one.is_same


def test_what_a_person_released_is_released_again(parts: Parts, stage: Stage, carry: Carry, rows: Rows) -> None:
    carry("henvisning-1.1-feil-pasient.xml")
    before, *_ = reviewed(parts, rows())
    release_message(parts, 1, "kari", stage.now)
    stage.settle()

    (one,) = reviewed(parts, rows())

    assert (before.then[0], one.then[0]) == ("verdict: hold", "verdict: accept")
    assert before.is_same
    assert one.is_same


def test_what_cannot_be_compared_says_why(parts: Parts, carry: Carry, rows: Rows) -> None:
    carry(GOOD)
    with parts.store.writing() as ledger:
        ledger.drop_bodies([1])
    referral, receipt = rows(1, 2)

    found = reviewed(parts, [referral, receipt, replace(referral, state=MessageState.RECEIVED)])

    assert [one.why_not for one in found] == [
        "its content is not kept",
        "the adapter wrote it: it can be sent again with its ids only",
        "nothing is decided about it yet",
    ]


def test_a_receipt_without_its_content_is_compared_by_its_status(parts: Parts, carry: Carry, rows: Rows) -> None:
    carry(GOOD)
    with parts.store.writing() as ledger:
        ledger.drop_bodies([2])

    (one,) = reviewed(parts, rows())

    assert "receipt: 8990101 1" in one.then
    assert one.is_same
