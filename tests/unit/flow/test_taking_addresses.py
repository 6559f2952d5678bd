"""Who a message is for: our services, others, copies, and addresses that nobody has."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from building import (
    CLINIC,
    Decide,
    dialogue,
    finding,
    party,
    referral,
    report,
    rules,
)

from adapter.check.finding import Severity
from adapter.flow.context import Answering, Context
from adapter.message import Code, Document, coded
from adapter.message.henvisning import RequestedService
from adapter.message.state import MessageState
from adapter.wire import read

T02 = coded(8221, "T02", "XML validerer ikke")


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
