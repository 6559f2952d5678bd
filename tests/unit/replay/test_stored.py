from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adapter.message.state import DeliveryState, MessageState
from adapter.replay.prospect import anew, once_more
from adapter.replay.stage import Stage
from adapter.replay.stored import NO_CHANNEL, NOT_DELIVERED, NOT_KEPT, OURS, UNDECIDED, UNDER_WAY, LeftOut, renewals
from adapter.replay.stored import repetitions as find
from adapter.service.parts import Parts
from adapter.store import DeliveryMove, MessageRow, NewDelivery
from adapter.wire import read

Carry = Callable[..., None]
Rows = Callable[..., list[MessageRow]]
GOOD = "henvisning-1.1-komplett.xml"


def reasons(left_out: tuple[LeftOut, ...]) -> list[tuple[int, str]]:
    return [(one.message.id, one.why) for one in left_out]


def test_a_message_goes_again_to_where_it_went_under_another_name(parts: Parts, carry: Carry, rows: Rows) -> None:
    carry(GOOD)

    (one,) = once_more(parts, rows()).going

    assert (one.message.id, one.delivery.id, one.delivery.channel) == (1, 1, "clinic-epj")
    assert one.name == one.delivery.name.replace(".xml", "-again1.xml")


def test_the_name_counts_how_often_it_went(parts: Parts, stage: Stage, carry: Carry, rows: Rows) -> None:
    carry(GOOD)
    again = NewDelivery(message_id=1, for_message_id=1, channel="clinic-epj", party="clinic", name="x.xml")
    with parts.store.writing() as ledger:
        (second,) = ledger.add_deliveries([again], at=stage.now)
    stage.settle()

    (one,) = once_more(parts, rows()).going

    assert (one.delivery.id, one.name[-11:]) == (second, "-again2.xml")


def test_a_delivery_that_was_given_up_is_tried_again_under_its_own_name(
    parts: Parts, stage: Stage, carry: Carry, rows: Rows
) -> None:
    carry(GOOD)
    lost = NewDelivery(message_id=1, for_message_id=1, channel="nav", party="nav", name="lost.xml")
    with parts.store.writing() as ledger:
        (number,) = ledger.add_deliveries([lost], at=stage.now)
        ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.ABANDONED)], at=stage.now)

    (one,) = once_more(parts, rows(), "nav").going

    assert (one.delivery.id, one.name) == (number, "lost.xml")


def test_what_cannot_go_again_is_left_out_with_the_reason(parts: Parts, stage: Stage, carry: Carry, rows: Rows) -> None:
    carry(GOOD, "henvisning-1.1-feil-dato.xml", "henvisning-1.1-uten-sykmeldingsstatus.xml")
    good, rejected, warned = rows()
    waiting = NewDelivery(message_id=good.id, for_message_id=good.id, channel="nav", party="nav", name="n.xml")
    with parts.store.writing() as ledger:
        ledger.drop_bodies([warned.id])
        ledger.add_deliveries([waiting], at=stage.now)

    prospect = once_more(parts, [good, rejected, warned])

    assert [one.delivery.channel for one in prospect.going] == ["clinic-epj"]
    assert reasons(prospect.left_out) == [(good.id, UNDER_WAY), (rejected.id, NOT_DELIVERED), (warned.id, NOT_KEPT)]
    assert reasons(once_more(parts, [good], "frisklivssentral-epj").left_out) == [(good.id, NOT_DELIVERED)]
    with parts.store.reading() as query:
        assert {one.why for one in find(query, [good], channels=()) if isinstance(one, LeftOut)} == {NO_CHANNEL}


def test_messages_come_in_anew_with_ids_that_hold_together(parts: Parts, carry: Carry, rows: Rows) -> None:
    carry(GOOD, "henvisning-1.1-kansellering.xml")

    prospect = anew(parts, rows(), rows()[-1].received_at)

    referral, cancellation = (read(seen.plan.source.data) for seen in prospect.foreseen)
    before, _ = rows()
    assert referral.msg_id != before.msg_id
    assert cancellation.document_id == referral.document_id != before.document_id
    assert [seen.verdict for seen in prospect.foreseen] == ["accept", "accept"]
    assert [one.message.id for one in prospect.going] == [row.id for row in rows()]


def test_only_what_came_in_and_is_kept_comes_in_anew(parts: Parts, carry: Carry, rows: Rows) -> None:
    carry(GOOD)
    good, receipt = rows(1, 2)
    undecided = replace(good, state=MessageState.RECEIVED)
    with parts.store.reading() as query:
        found = [
            *renewals(query, [undecided, receipt], parts.channels, good.received_at),
            *renewals(query, [good], ["nav"], good.received_at),
        ]
    with parts.store.writing() as ledger:
        ledger.drop_bodies([good.id])

    assert [one.why for one in found if isinstance(one, LeftOut)] == [UNDECIDED, OURS, NO_CHANNEL]
    assert reasons(anew(parts, [good], good.received_at).left_out) == [(good.id, NOT_KEPT)]
