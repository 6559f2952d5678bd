"""Which message a receipt answers for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from building import MSG_ID, NOW, Earlier, Sending, partner

from adapter.flow.matching import Outcome, match
from adapter.message import Code, Moment, OriginalMessage, Receipt
from adapter.message.state import DeliveryState


def receipt(original: str | None, issued: str | None = None, status: str = "1") -> Receipt:
    moment = Moment(issued) if issued else None
    return Receipt(status=Code(status), original=OriginalMessage(id=original, issued=moment))


def test_the_message_id_counts_in_any_case() -> None:
    found = match(receipt(MSG_ID.upper()), partner("nav"), [Earlier(MSG_ID, "msg_id", 3)], {3: [Sending(31, "nav")]})

    assert (found.outcome, found.sending.id, found.to) == (Outcome.MATCHED, 31, DeliveryState.COMPLETED)


def test_gendate_tells_referrals_with_one_document_id_apart() -> None:
    """N, M and C of Henvisning 1.0 share ServReq/Id, which is what AppRec 1.0 names."""
    new = Earlier("d-1", "document_id", 3, generated_at=NOW)
    change = Earlier("d-1", "document_id", 4, generated_at=NOW + timedelta(days=1))
    sendings = {3: [Sending(31, "clinic")], 4: [Sending(41, "clinic")]}

    first = match(receipt("D-1", "2026-03-02T10:00:00"), partner("clinic"), [change, new], sendings)
    second = match(receipt("D-1", "2026-03-03T10:00:00"), partner("clinic"), [new, change], sendings)
    unsaid = match(receipt("D-1"), partner("clinic"), [new, change], sendings)

    assert [found.sending.id for found in (first, second, unsaid)] == [31, 41, 41]


@pytest.mark.parametrize(("kind", "outcome"), [("dialogmelding", Outcome.MATCHED), ("apprec", Outcome.UNKNOWN)])
def test_a_question_of_ours_is_answered_for_a_receipt_never(kind: str, outcome: Outcome) -> None:
    mine = Earlier(MSG_ID, "msg_id", 3, direction="out", kind=kind)

    assert match(receipt(MSG_ID), partner("nav"), [mine], {3: [Sending(31, "nav")]}).outcome is outcome


def test_a_message_that_was_sent_to_nobody_is_not_answered_for() -> None:
    assert match(receipt(MSG_ID), partner("nav"), [Earlier(MSG_ID, "msg_id", 3)], {}).outcome is Outcome.UNKNOWN


def test_each_party_answers_for_its_own_delivery() -> None:
    sendings = {3: [Sending(31, "clinic"), Sending(32, "nav")]}

    assert match(receipt(MSG_ID), partner("nav"), [Earlier(MSG_ID, "msg_id", 3)], sendings).sending.id == 32
    assert (
        match(receipt(MSG_ID), partner("central"), [Earlier(MSG_ID, "msg_id", 3)], sendings).outcome is Outcome.STRANGER
    )


def test_a_second_party_behind_the_same_channel_is_no_stranger_but_settles_nothing() -> None:
    beside = partner("ward", channel="clinic-epj")
    sendings = {3: [Sending(31, "clinic", channel="clinic-epj"), Sending(32, None, channel="ward-copy")]}

    found = match(receipt(MSG_ID), beside, [Earlier(MSG_ID, "msg_id", 3)], sendings)

    assert (found.outcome, found.sending, found.to) == (Outcome.BESIDE, None, None)
    assert found.original.message_id == 3


def test_a_channel_that_only_had_a_copy_is_a_stranger_all_the_same() -> None:
    sendings = {3: [Sending(31, "clinic", channel="clinic-epj"), Sending(32, None, channel="ward-epj")]}

    found = match(receipt(MSG_ID), partner("ward", channel="ward-epj"), [Earlier(MSG_ID, "msg_id", 3)], sendings)

    assert found.outcome is Outcome.STRANGER


def test_status_3_counts_as_taken() -> None:
    """NAV uses it for errors in a part of the message (scenario 23)."""
    found = match(
        receipt(MSG_ID, status="3"), partner("nav"), [Earlier(MSG_ID, "msg_id", 3)], {3: [Sending(31, "nav")]}
    )

    assert found.to is DeliveryState.COMPLETED


def test_a_receipt_for_something_given_up_tells_that_it_got_there() -> None:
    sendings = {3: [Sending(31, "nav", DeliveryState.ABANDONED)]}

    found = match(receipt(MSG_ID), partner("nav"), [Earlier(MSG_ID, "msg_id", 3)], sendings)

    assert (found.outcome, found.to) == (Outcome.MATCHED, DeliveryState.COMPLETED)


def test_a_receipt_without_original_answers_for_nothing() -> None:
    assert match(Receipt(status=Code("1")), partner("nav"), [], {}).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("said", "to"),
    [
        (["Duplikat! - Meldingen er mottatt tidligere. Skal ikke sendes på nytt."], DeliveryState.COMPLETED),
        (["Duplikat! - Mottatt tidligere.", "Pasienten finnes ikke"], DeliveryState.REJECTED),
        (["Ikke et duplikat"], DeliveryState.REJECTED),
        ([], DeliveryState.REJECTED),
    ],
)
def test_a_message_that_nav_has_already_is_delivered(said: list[str], to: DeliveryState) -> None:
    """NAV rejects it as a duplicate, in words only, and asks not to send it again (scenario 7c)."""
    answer = replace(receipt(MSG_ID, status="2"), errors=tuple(Code("X99", text) for text in said))

    assert match(answer, partner("nav"), [Earlier(MSG_ID, "msg_id", 3)], {3: [Sending(31, "nav")]}).to is to
