"""The whole decision about one message."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from building import (
    CLINIC,
    MSG_ID,
    NOW,
    Decide,
    Sending,
    apprec,
    dialogue,
    finding,
    known,
    party,
    referral,
    report,
)

from adapter.check.finding import Severity, Verdict
from adapter.flow.context import Answering, Context, Route
from adapter.flow.decision import RELAY
from adapter.flow.schedule import Schedule
from adapter.flow.span import Span
from adapter.message import Code, Document, Kind, Moment, Receipt, coded
from adapter.message.henvisning import RequestedService
from adapter.message.state import DeliveryState, MessageState
from adapter.wire import read

T02 = coded(8221, "T02", "XML validerer ikke")


def rules(decision: object) -> set[str]:
    return {item.rule for item in decision.findings}


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


def test_a_message_for_another_organisation_gets_no_receipt(decided: Decide) -> None:
    """HITS 1168 5.3."""
    decision = decided(report(referral(receiver=party("1111111", "1111112"))))

    assert decision.state is MessageState.QUARANTINED
    assert decision.dispatches == ()
    assert [chore.rule for chore in decision.chores] == ["MSG-07"]


def test_the_setting_can_ask_for_e21_to_another_organisation(decided: Decide, context: Context) -> None:
    """The official test 22 wants it; the guide does not."""
    within = replace(context, answering=Answering(foreign_organisation="E21"))

    decision = decided(report(referral(receiver=party("1111111", "1111112"))), within=within)

    assert decision.state is MessageState.REJECTED
    assert [error.value for error in read(decision.made[0].data).receipt.errors] == ["E21"]


def test_an_unknown_service_of_our_organisation_is_rejected_with_e21(decided: Decide) -> None:
    decision = decided(report(referral(receiver=party("8990100", "1111112"))))

    assert decision.state is MessageState.REJECTED
    assert [error.value for error in read(decision.made[0].data).receipt.errors] == ["E21"]
    assert [issued.recipient for issued in decision.issued] == ["1111112"]


def test_e21_says_which_address_is_unknown(decided: Decide) -> None:
    """Partners look the number up in the address register again."""
    decision = decided(report(referral(receiver=party("8990100", "1111112"))))

    (error,) = read(decision.made[0].data).receipt.errors
    assert error.text == "HER-id 1111112 er ikke en tjeneste hos oss. Slå opp i Adresseregisteret på nytt."
    assert [item.text for item in decision.findings] == ["HER-id 1111112 is none of the services here."]


@pytest.mark.parametrize(("setting", "state"), [("reject", MessageState.REJECTED), ("hold", MessageState.HELD)])
def test_a_service_without_the_organisation_above_it_is_not_addressed(
    decided: Decide, context: Context, setting: Literal["reject", "hold"], state: MessageState
) -> None:
    """Official system test 17."""
    within = replace(context, answering=Answering(unknown_service=setting))

    decision = decided(report(referral(receiver=party("8990101"))), within=within)

    assert decision.state is state
    assert [item.text for item in decision.findings] == [
        "HER-id 8990101 is addressed without the HER-id of the organisation above it."
    ]


def test_what_a_person_releases_goes_to_the_service_it_names_though_the_organisation_is_missing(
    decided: Decide, context: Context
) -> None:
    within = replace(context, answering=Answering(unknown_service="hold"))

    decision = decided(report(referral(receiver=party("8990101"))), within=within, released=True)

    assert decision.state is MessageState.ACCEPTED
    assert decision.dispatches[0].party == "clinic"


def test_a_service_without_the_organisation_above_it_has_the_message_itself_where_unknown_ones_have_a_stand_in(
    decided: Decide, context: Context
) -> None:
    within = replace(context, answering=Answering(unknown_service="deliver", fallback="central"))

    decision = decided(report(referral(receiver=party("8990101"))), within=within)

    assert (decision.dispatches[0].party, decision.issued[0].status) == ("clinic", "1")


def test_an_emergency_is_taken_though_its_address_lacks_the_organisation(decided: Decide) -> None:
    urgent = referral(receiver=party("8990101"))
    content = replace(urgent.henvisning, requested=RequestedService(priority=Code("0")))

    decision = decided(report(replace(urgent, documents=(Document(content=(content,)),))))

    assert (decision.state, decision.issued[0].status) == (MessageState.ACCEPTED, "1")


def test_an_unknown_copy_recipient_is_refused_while_the_others_have_the_message(decided: Decide) -> None:
    """Official test 39: one receipt for each recipient of our organisation."""
    lost = party("8990100", "1111112", role="COP")

    decision = decided(report(referral(other_receivers=(lost,))))

    assert decision.state is MessageState.ACCEPTED
    assert [(issued.recipient, issued.status) for issued in decision.issued] == [("8990101", "1"), ("1111112", "2")]
    refusal = read(decision.made[1].data)
    assert (refusal.sender.role.value, [error.value for error in refusal.receipt.errors]) == ("COP", ["E21"])
    assert decision.chores == ()


def test_a_person_hears_of_an_unknown_copy_recipient_that_is_not_refused(decided: Decide, context: Context) -> None:
    within = replace(context, answering=Answering(unknown_service="hold"))
    lost = party("8990100", "1111112", role="COP")

    decision = decided(report(referral(other_receivers=(lost,))), within=within)

    assert [issued.recipient for issued in decision.issued] == ["8990101"]
    assert [chore.title for chore in decision.chores] == ["MSG-08: HER-id 1111112 is none of the services here."]


def test_every_recipient_is_told_of_a_rejection(decided: Decide) -> None:
    """Official test 40."""
    bad = finding(Severity.REJECT, "MSG-02", apprec=T02)
    lost = party("8990100", "1111112", role="COP")

    decision = decided(report(referral(other_receivers=(lost,)), bad))

    assert [[error.value for error in read(made.data).receipt.errors] for made in decision.made] == [
        ["T02"],
        ["T02", "E21"],
    ]


def test_an_address_named_twice_gets_one_receipt(decided: Decide) -> None:
    decision = decided(report(referral(other_receivers=(party(*CLINIC, role="COP"),))))

    assert [issued.recipient for issued in decision.issued] == ["8990101"]


def test_what_was_for_others_is_new_when_it_comes_again(decided: Decide) -> None:
    """A register that lacked a party must not cost the message its second chance."""
    assert decided(report(referral(receiver=party("1111111", "1111112")))).references == ()


def test_an_unknown_service_can_be_held_for_a_person(decided: Decide, context: Context) -> None:
    within = replace(context, answering=Answering(unknown_service="hold"))

    decision = decided(report(referral(receiver=party("8990100", "1111112"))), within=within)

    assert decision.state is MessageState.HELD
    assert decision.dispatches == ()


def test_what_is_for_an_unknown_service_can_go_to_a_named_party(decided: Decide, context: Context) -> None:
    within = replace(context, answering=Answering(unknown_service="deliver", fallback="clinic"))

    decision = decided(report(referral(receiver=party("8990100", "1111112"))), within=within)

    assert decision.state is MessageState.ACCEPTED
    assert [(issued.recipient, issued.status) for issued in decision.issued] == [("1111112", "1")]
    assert decision.dispatches[0].party == "clinic"
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("MSG-08", "clinic")]


def test_nav_never_gets_e21_by_itself(decided: Decide) -> None:
    """One E21 makes NAV stop writing to that doctor (domain rules A.5)."""
    asked = dialogue(sender=party("79768"), receiver=party("8990200", "1111112"))

    decision = decided(report(asked), channel="nav")

    assert decision.state is MessageState.HELD


def test_a_sender_that_does_not_belong_to_the_channel_is_held_without_receipt(decided: Decide) -> None:
    decision = decided(report(referral()), channel="nav")

    assert decision.state is MessageState.HELD
    assert decision.dispatches == ()
    assert decision.references == ()
    assert [chore.rule for chore in decision.chores] == ["MSG-19"]


def test_a_sender_without_her_id_is_put_aside(decided: Decide) -> None:
    decision = decided(report(referral(sender=None)))

    assert decision.state is MessageState.QUARANTINED
    assert "MSG-18" in rules(decision)


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


def test_receipts_are_never_answered(decided: Decide) -> None:
    decision = decided(
        report(apprec()), channel="nav", earlier=known(dialogue(), 3), sendings={3: [Sending(31, "nav")]}
    )

    assert decision.issued == ()
    assert [dispatch.channel for dispatch in decision.dispatches] == ["referrer-epj"]


def test_a_receipt_settles_its_delivery_and_goes_to_the_sender(decided: Decide) -> None:
    decision = decided(
        report(apprec()), channel="nav", earlier=known(dialogue(), 3, thread=3), sendings={3: [Sending(31, "nav")]}
    )

    assert [(item.delivery, item.to.value) for item in decision.settlements] == [(31, "completed")]
    assert decision.receiver_party == "referrer"
    assert decision.threads == (3,)
    assert decision.chores == ()


def test_a_negative_receipt_gives_the_sender_a_task(decided: Decide) -> None:
    decision = decided(
        report(apprec(status="2")), channel="nav", earlier=known(dialogue(), 3), sendings={3: [Sending(31, "nav")]}
    )

    assert [item.to.value for item in decision.settlements] == ["rejected"]
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-05", "referrer")]


def test_a_receipt_for_an_unknown_message_is_carried_on(decided: Decide) -> None:
    """Scenario 22: the message may be older than the store."""
    decision = decided(report(apprec()), channel="nav")

    assert decision.state is MessageState.ACCEPTED
    assert [dispatch.channel for dispatch in decision.dispatches] == ["referrer-epj"]
    assert "REC-01" in rules(decision)


def test_a_receipt_for_nobody_we_know_is_put_aside(decided: Decide) -> None:
    decision = decided(report(apprec(receiver=party("1111111"))), channel="nav")

    assert decision.state is MessageState.QUARANTINED


def test_a_receipt_from_a_party_the_message_was_not_sent_to_is_held(decided: Decide) -> None:
    decision = decided(
        report(apprec()), channel="nav", earlier=known(referral(), 3), sendings={3: [Sending(31, "clinic")]}
    )

    assert decision.state is MessageState.HELD
    assert decision.settlements == ()
    assert "REC-02" in rules(decision)


def test_a_second_receipt_that_says_the_opposite_is_kept_back_and_alarmed(decided: Decide) -> None:
    """The first one is final (HITS 1168 5.1)."""
    decision = decided(
        report(apprec(status="2")),
        channel="nav",
        earlier=known(dialogue(), 3),
        sendings={3: [Sending(31, "nav", DeliveryState.COMPLETED)]},
    )

    assert decision.state is MessageState.IGNORED
    assert decision.dispatches == ()
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-03", "referrer")]


def test_a_second_receipt_that_says_the_same_is_ignored(decided: Decide) -> None:
    decision = decided(
        report(apprec()),
        channel="nav",
        earlier=known(dialogue(), 3),
        sendings={3: [Sending(31, "nav", DeliveryState.COMPLETED)]},
    )

    assert decision.state is MessageState.IGNORED
    assert decision.chores == ()


def test_a_late_positive_receipt_is_taken(decided: Decide) -> None:
    """HIS 80415:2012 3.3.4."""
    decision = decided(
        report(apprec()),
        channel="nav",
        earlier=known(dialogue(), 3),
        sendings={3: [Sending(31, "nav", DeliveryState.OVERDUE)]},
    )

    assert [item.to.value for item in decision.settlements] == ["completed"]


def test_a_system_whose_receipts_the_adapter_gives_is_not_heard_twice(decided: Decide) -> None:
    receipt = apprec(sender=party(*CLINIC))

    decision = decided(report(receipt), channel="clinic-epj")

    assert decision.state is MessageState.IGNORED
    assert "REC-04" in rules(decision)


def test_a_system_that_rejects_what_the_adapter_answered_for_it_is_heard_by_a_person(decided: Decide) -> None:
    """The first receipt is final; the sender must hear it by other means."""
    receipt = apprec(status="2", sender=party(*CLINIC))

    decision = decided(report(receipt), channel="clinic-epj")

    assert decision.state is MessageState.IGNORED
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-08", "clinic")]


def test_a_receipt_that_the_checks_hold_waits_for_a_person(decided: Decide) -> None:
    invalid = finding(Severity.HOLD, "MSG-02")
    sent = {"channel": "nav", "earlier": known(dialogue(), 3), "sendings": {3: [Sending(31, "nav")]}}

    held = decided(report(apprec(), invalid), **sent)
    released = decided(report(apprec(), invalid), released=True, **sent)

    assert (held.state, held.dispatches, held.settlements) == (MessageState.HELD, (), ())
    assert [chore.rule for chore in held.chores] == ["MSG-02"]
    assert [dispatch.channel for dispatch in released.dispatches] == ["referrer-epj"]


def test_a_receipt_for_a_question_of_ours_goes_to_the_one_who_asked(decided: Decide) -> None:
    """Scenario 3: the referrer's system answers the clinic's question, which the adapter wrote."""
    asked = known(dialogue(), 3, direction="out", sender_party="clinic", kind="dialogmelding")

    decision = decided(report(apprec()), channel="nav", earlier=asked, sendings={3: [Sending(31, "nav")]})

    assert [(item.delivery, item.to.value) for item in decision.settlements] == [(31, "completed")]
    assert decision.receiver_party == "clinic"


def test_a_receipt_without_content_is_put_aside(decided: Decide) -> None:
    decision = decided(report(replace(apprec(), receipt=None)), channel="nav")

    assert decision.state is MessageState.QUARANTINED


def test_receipts_of_different_parties_may_share_an_id(decided: Decide) -> None:
    """NAV's ids are no UUIDs; another party may use the same one."""
    mine = apprec()
    theirs = apprec(sender=party(*CLINIC), receipt=Receipt(status=Code("1")))

    decision = decided(report(mine), channel="nav", earlier=known(theirs, 3))

    assert decision.state is MessageState.ACCEPTED
