"""The whole decision about one message."""

from __future__ import annotations

from dataclasses import replace

from building import (
    CLINIC,
    MSG_ID,
    NOW,
    Decide,
    dialogue,
    finding,
    known,
    party,
    referral,
    report,
    rules,
)

from adapter.check.finding import Severity, Verdict
from adapter.flow.context import Context, Route
from adapter.flow.decision import RELAY
from adapter.flow.schedule import Schedule
from adapter.flow.span import Span
from adapter.message import Kind, Moment, coded
from adapter.message.state import MessageState
from adapter.wire import read

T02 = coded(8221, "T02", "XML validerer ikke")


def test_a_referral_goes_to_the_clinic_and_its_receipt_waits_for_that(decided: Decide) -> None:
    """A positive receipt is released only when the message is with the receiving party."""
    decision = decided(report(referral()))

    relay, receipt = decision.dispatches
    assert decision.state is MessageState.ACCEPTED
    assert (relay.channel, relay.made, relay.after) == ("clinic-epj", RELAY, None)
    assert (receipt.channel, receipt.made, receipt.after) == ("referrer-epj", 0, 0)


def test_the_receipt_names_the_message_and_mirrors_its_addresses(decided: Decide) -> None:
    """HITS 1168 6.1."""
    decision = decided(report(referral()))

    written = read(decision.made[0].data)
    assert written.kind is Kind.APPREC
    assert written.version == "1.1"
    assert written.receipt.status.value == "1"
    assert written.receipt.original.id == MSG_ID
    assert written.sender.her_ids() == CLINIC
    assert written.receiver.her_ids() == ("8990200", "8990201")


def test_the_same_decision_made_again_gives_the_same_receipt(decided: Decide) -> None:
    """After a crash a verdict is simply computed again."""
    first, second = decided(report(referral())), decided(report(referral()))

    assert first.made[0].data == second.made[0].data


def test_every_recognised_recipient_gives_its_own_receipt(decided: Decide) -> None:
    """HITS 1168 5.1, also where two of them share a system."""
    copy = party("8990300", "8990301", role="COP")

    decision = decided(report(referral(other_receivers=(copy,))))

    assert [issued.recipient for issued in decision.issued] == ["8990101", "8990301"]
    assert [dispatch.channel for dispatch in decision.dispatches] == ["clinic-epj", "referrer-epj", "referrer-epj"]
    assert [read(made.data).sender.role.value for made in decision.made] == ["PRIM", "COP"]


def test_a_party_whose_system_answers_gets_no_receipt_from_the_adapter(decided: Decide) -> None:
    decision = decided(report(dialogue()))

    (relay,) = decision.dispatches
    assert decision.issued == ()
    assert (relay.receipt_until.alarm_at - relay.receipt_until.notice_at).total_seconds() == 72 * 3600


def test_deadlines_count_from_gendate_not_from_the_future(decided: Decide) -> None:
    """HIS 80415: 96 hours from GenDate; a clock that runs ahead gives no more time."""
    late = decided(report(dialogue(generated=Moment("2026-03-01T09:00:00Z")))).dispatches[0]
    ahead = decided(report(dialogue(generated=Moment("2027-03-01T09:00:00Z")))).dispatches[0]

    assert (NOW - late.receipt_until.notice_at).total_seconds() == 0
    assert (ahead.receipt_until.notice_at - NOW).total_seconds() == 24 * 3600


def test_missing_content_is_never_rejected_but_asked_for(decided: Decide) -> None:
    """HIS 80415:2012 3.3: positive receipt, task for the clinic, draft for the referrer."""
    warned = finding(Severity.WARN, question="sykemeldingsstatus")

    decision = decided(report(referral(), warned))

    draft = read(decision.made[1].data)
    assert [issued.status for issued in decision.issued] == ["1"]
    assert [(chore.party, chore.draft) for chore in decision.chores] == [("clinic", 1)]
    assert draft.type_code == "DIALOG_HELSEFAGLIG"
    assert (draft.conversation.parent, draft.conversation.conversation) == (MSG_ID, MSG_ID)
    assert "sykemeldingsstatus" in draft.dialogmelding.notater[0].text.text
    assert draft.receiver.her_ids() == ("8990200", "8990201")
    assert decision.made[1].state is MessageState.HELD


def test_who_has_a_copy_alone_asks_the_referrer_nothing(decided: Decide) -> None:
    warned = finding(Severity.WARN, question="sykemeldingsstatus")
    copied = referral(receiver=party("1111111", "1111112"), other_receivers=(party(*CLINIC, role="COP"),))

    decision = decided(report(copied, warned))

    assert [(chore.party, chore.draft) for chore in decision.chores] == [("clinic", None)]
    assert len(decision.made) == 1


def test_a_warning_without_a_question_gives_a_task_without_draft(decided: Decide) -> None:
    decision = decided(report(referral(), finding(Severity.WARN, "MSG-06")))

    assert [chore.draft for chore in decision.chores] == [None]


def test_a_rejected_message_is_answered_at_once_and_goes_nowhere(decided: Decide) -> None:
    bad = finding(Severity.REJECT, "MSG-02", apprec=T02, partner_text="Patient: feil rekkefølge.")

    decision = decided(report(referral(), bad))

    (receipt,) = decision.dispatches
    (error,) = read(decision.made[0].data).receipt.errors
    assert decision.state is MessageState.REJECTED
    assert (receipt.channel, receipt.after) == ("referrer-epj", None)
    assert (error.value, error.text) == ("T02", "Patient: feil rekkefølge.")


def test_a_held_message_has_its_positive_receipt_and_a_task(decided: Decide) -> None:
    """An emergency that lacks a patient must be positive, and a person looks (HIS 80415)."""
    decision = decided(report(referral(), finding(Severity.HOLD, "MSG-05")))

    assert decision.state is MessageState.HELD
    assert [issued.status for issued in decision.issued] == ["1"]
    assert [dispatch.channel for dispatch in decision.dispatches] == ["referrer-epj"]
    assert [chore.rule for chore in decision.chores] == ["MSG-05"]


def test_a_released_message_goes_on_without_a_second_receipt(decided: Decide) -> None:
    decision = decided(report(referral(), finding(Severity.HOLD, "MSG-05")), released=True, answered=True)

    assert decision.state is MessageState.ACCEPTED
    assert [dispatch.channel for dispatch in decision.dispatches] == ["clinic-epj"]
    assert decision.issued == ()


def test_a_released_message_is_not_answered_twice_even_where_it_is_now_refused(decided: Decide) -> None:
    """A receipt is final (HITS 1168 5.1), whatever a changed configuration would say today."""
    bad = finding(Severity.REJECT, "MSG-02", apprec=T02)

    decision = decided(report(referral(), bad), released=True, answered=True)

    assert decision.issued == ()


def test_the_same_message_again_is_ignored(decided: Decide) -> None:
    """HITS 1168 5.4: nothing is delivered, no second receipt; case of the id does not matter."""
    again = referral(msg_id=MSG_ID.upper())

    decision = decided(report(again), earlier=known(referral(), 3, thread=3))

    assert decision.state is MessageState.IGNORED
    assert decision.dispatches == ()
    assert decision.references == ()
    assert decision.data == {"first": 3}
    assert "MSG-09" in rules(decision)


def test_another_message_with_the_same_id_is_not_lost_in_silence(decided: Decide) -> None:
    asked = []

    decision = decided(report(referral()), earlier=known(referral(), 3, thread=3), says_the_same=asked.append)

    assert decision.state is MessageState.IGNORED
    assert "MSG-20" in rules(decision)
    assert [(chore.rule, chore.priority) for chore in decision.chores] == [("MSG-20", 2)]
    assert asked == [3]


def test_a_message_is_no_double_of_itself(decided: Decide) -> None:
    """A message that is decided about again after a crash finds its own ids."""
    decision = decided(report(referral()), earlier=known(referral(), 7), number=7)

    assert decision.state is MessageState.ACCEPTED


def test_the_same_referral_with_a_new_id_is_delivered_and_flagged(decided: Decide) -> None:
    decision = decided(report(referral(msg_id="2" * 8)), earlier=known(referral(), 3))

    assert decision.state is MessageState.ACCEPTED
    assert "MSG-10" in rules(decision)


def test_a_corrected_referral_after_a_rejection_is_no_double(decided: Decide) -> None:
    """A new MsgId and the same document id is how a rejected referral is sent again."""
    rejected = known(referral(), 3, state=MessageState.REJECTED)

    decision = decided(report(referral(msg_id="2" * 8)), earlier=rejected)

    assert "MSG-10" not in rules(decision)


def impatient(context: Context) -> Context:
    """Return a context in which nothing is parked."""
    return replace(context, timers=replace(context.timers, park=Span(0, "h")))


def test_a_change_of_an_unknown_referral_counts_as_new_and_is_flagged(decided: Decide, context: Context) -> None:
    decision = decided(report(referral(service_type="M")), within=impatient(context))

    assert decision.state is MessageState.ACCEPTED
    assert "MSG-17" in rules(decision)


def test_a_cancellation_of_an_unknown_referral_is_held(decided: Decide, context: Context) -> None:
    decision = decided(report(referral(service_type="C")), within=impatient(context))

    assert decision.state is MessageState.HELD


def test_a_cancellation_finds_its_referral_by_document_id(decided: Decide) -> None:
    decision = decided(report(referral(service_type="C", msg_id="2" * 8)), earlier=known(referral(), 3, thread=3))

    assert decision.state is MessageState.ACCEPTED
    assert decision.threads == (3,)
    assert "MSG-17" not in rules(decision)


def test_what_cannot_be_read_is_put_aside_with_a_task(decided: Decide) -> None:
    wreck = finding(Severity.HOLD, "MSG-01b", quarantines=True)

    decision = decided(report(None, wreck))

    assert decision.state is MessageState.QUARANTINED
    assert decision.keeps_payload
    assert [chore.rule for chore in decision.chores] == ["MSG-01b"]


def test_a_real_person_in_a_test_environment_is_not_kept(decided: Decide) -> None:
    decision = decided(report(referral(), finding(Severity.REJECT, "MSG-15", quarantines=True)))

    assert decision.state is MessageState.QUARANTINED
    assert not decision.keeps_payload
    assert decision.dispatches == ()


def test_a_route_can_send_to_several_channels_later(decided: Decide, context: Context) -> None:
    route = Route(
        name="all referrals",
        types=frozenset({"HENVISNING"}),
        channels=("clinic-epj", "nav"),
        schedule=Schedule.parse("at once", "mon-fri 11:00-12:00"),
    )

    decision = decided(report(referral()), within=replace(context, routes=(route,)))

    relays = [dispatch for dispatch in decision.dispatches if dispatch.made is RELAY]
    assert [(dispatch.channel, dispatch.due_at.isoformat()) for dispatch in relays] == [
        ("clinic-epj", "2026-03-02T10:00:00+00:00"),
        ("nav", "2026-03-02T10:00:00+00:00"),
    ]


def test_the_receipt_waits_for_the_partys_own_channel(decided: Decide, context: Context) -> None:
    """What a route sends elsewhere besides says nothing about whether the party has the message."""
    route = Route(name="besides", channels=("archive", "clinic-epj"), schedule=Schedule())

    decision = decided(report(referral()), within=replace(context, routes=(route,)))

    own, _, receipt = decision.dispatches
    assert (own.channel, receipt.after) == ("clinic-epj", 0)


def test_only_the_partys_own_delivery_is_answered_by_its_system(decided: Decide, context: Context) -> None:
    route = Route(name="besides", channels=("archive", "nav"), schedule=Schedule())

    own, archived = decided(report(dialogue()), within=replace(context, routes=(route,))).dispatches

    assert (archived.party, archived.receipt_until) == (None, None)
    assert own.party == "nav"
    assert own.receipt_until is not None


def test_a_route_that_holds_lets_a_person_decide(decided: Decide, context: Context) -> None:
    route = Route(
        name="held",
        to=frozenset({"clinic"}),
        sent_by=frozenset({"referrer"}),
        channels=("clinic-epj",),
        schedule=Schedule(),
        is_held=True,
    )
    within = replace(context, routes=(route,))

    held = decided(report(referral()), within=within)
    released = decided(report(referral()), within=within, released=True, answered=True)

    assert held.state is MessageState.HELD
    assert "RTE-01" in rules(held)
    assert released.state is MessageState.ACCEPTED


def test_a_tolerated_message_is_delivered_as_it_came(decided: Decide) -> None:
    decision = decided(report(referral(), verdict=Verdict.TOLERATED))

    assert decision.state is MessageState.ACCEPTED
    assert decision.verdict is Verdict.TOLERATED
