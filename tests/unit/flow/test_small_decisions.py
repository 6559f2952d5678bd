"""Retries, timers, references, routes, addresses and drafts: each decision by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from building import CLINIC, MSG_ID, NOW, REFERRER, Earlier, apprec, dialogue, known, party, referral
from hypothesis import given
from hypothesis import strategies as st

from adapter.check import rules as check_rules
from adapter.flow import rules
from adapter.flow.addressing import Standing, recipients_of, sender_of
from adapter.flow.context import Context, Route
from adapter.flow.follow import RECEIPT_ALARM, RECEIPT_NOTICE, consequence
from adapter.flow.references import dedupe_key, keys_of, references_of, threads_of
from adapter.flow.retry import RetryPolicy
from adapter.flow.routing import Transmission, destinations, file_name
from adapter.flow.schedule import Schedule
from adapter.message import (
    Code,
    ConversationRef,
    HealthcareProfessional,
    Identifier,
    Party,
    coded,
)
from adapter.message.state import DeliveryState
from adapter.partner.register import Register


def test_waits_grow_to_a_limit_and_end() -> None:
    policy = RetryPolicy(attempts=5, first_wait=timedelta(seconds=30), factor=2, longest_wait=timedelta(seconds=100))

    waits = [policy.next_attempt(made, NOW) for made in range(1, 6)]

    assert [(due - NOW).total_seconds() if due else None for due in waits] == [30, 60, 100, 100, None]


def test_what_may_take_longer_goes_on_at_the_longest_wait() -> None:
    policy = RetryPolicy(attempts=2, longest_wait=timedelta(minutes=2))
    over = NOW + timedelta(hours=1)

    assert policy.next_attempt(9, NOW, until=over) == NOW + timedelta(minutes=2)
    assert policy.next_attempt(9, over, until=over) is None
    assert policy.next_attempt(1, over, until=NOW) is not None


@given(st.integers(1, 200))
def test_a_wait_is_never_negative_nor_too_long(made: int) -> None:
    policy = RetryPolicy(attempts=201)

    assert NOW + policy.first_wait <= policy.next_attempt(made, NOW) <= NOW + policy.longest_wait


@pytest.mark.parametrize(
    ("rule", "state", "code", "to"),
    [
        (RECEIPT_NOTICE, DeliveryState.SENT, "REC-06", None),
        (RECEIPT_ALARM, DeliveryState.SENT, "REC-07", DeliveryState.OVERDUE),
        (RECEIPT_ALARM, DeliveryState.QUEUED, "REC-07", None),
    ],
)
def test_a_missing_receipt_is_told(rule: str, state: DeliveryState, code: str, to: DeliveryState | None) -> None:
    followed = consequence(rule, delivery=state)

    assert (followed.rule.id, followed.to) == (code, to)


@pytest.mark.parametrize("state", [DeliveryState.COMPLETED, DeliveryState.REJECTED, DeliveryState.ABANDONED, None])
def test_a_settled_matter_ends_in_silence(state: DeliveryState | None) -> None:
    assert consequence(RECEIPT_ALARM, delivery=state) is None


def test_a_timer_of_an_unknown_rule_ends_in_silence() -> None:
    assert consequence("something-else", delivery=DeliveryState.SENT) is None


def test_every_id_of_a_message_is_a_reference() -> None:
    message = replace(referral(), conversation=ConversationRef(parent=" P ", conversation="K"))

    assert references_of(message) == (
        ("dedupe", f"message:{MSG_ID}"),
        ("msg_id", MSG_ID),
        ("document_id", "1c2d3e4f-0000-4000-8000-000000000001"),
        ("parent", "p"),
        ("conversation", "k"),
    )
    assert "p" in keys_of(message)


def test_a_receipt_refers_to_its_original_and_counts_per_sender() -> None:
    assert ("original", MSG_ID) in references_of(apprec())
    assert dedupe_key(apprec()) == "apprec:79768:1901162157lege21826.1"


def test_a_message_without_id_is_no_double_of_anything() -> None:
    assert dedupe_key(referral(msg_id=" ")) is None


def test_threads_are_joined_oldest_first_whatever_tied_them() -> None:
    found = [Earlier("k", "conversation", 9, thread=8), Earlier("p", "msg_id", 3, thread=2)]

    assert threads_of([*found, Earlier("d", "dedupe", 1, thread=1)]) == (2, 8)


def test_the_first_route_that_fits_decides(register: Register) -> None:
    referrer, clinic = register.by_id("referrer"), register.by_id("clinic")
    routes = (
        Route(name="not theirs", sent_by=frozenset({"nav"}), channels=("a",), schedule=Schedule()),
        Route(name="not those", types=frozenset({"EPIKRISE"}), channels=("b",), schedule=Schedule()),
        Route(name="not there", to=frozenset({"nav"}), channels=("c",), schedule=Schedule()),
        Route(name="these", to=frozenset({"clinic"}), channels=("d",), schedule=Schedule()),
        Route(name="too late", channels=("e",), schedule=Schedule()),
    )

    found = destinations(Transmission(referral(), referrer, clinic), Context(register=register, routes=routes), NOW)

    assert [place.channel for place in found] == ["d"]


def test_a_route_can_ask_for_what_the_checks_found(register: Register) -> None:
    clinic = register.by_id("clinic")
    routes = (Route(name="HelseIArbeid", tags=frozenset({"HIA"}), channels=("hia",), schedule=Schedule()),)
    context = Context(register=register, routes=routes)

    tagged = destinations(Transmission(referral(), None, clinic, ("KiD", "HIA")), context, NOW)
    plain = destinations(Transmission(referral(), None, clinic), context, NOW)

    assert [place.channel for place in tagged] == ["hia"]
    assert [place.channel for place in plain] == ["clinic-epj"]


def test_without_a_route_the_party_has_its_messages_at_once(register: Register) -> None:
    (place,) = destinations(Transmission(referral(), None, register.by_id("clinic")), Context(register=register), NOW)

    assert (place.channel, place.due_at, place.is_held) == ("clinic-epj", NOW, False)


@given(st.text(max_size=80), st.text(max_size=80))
def test_file_names_hold_safe_characters_only(type_code: str, msg_id: str) -> None:
    """Nothing from a message ever becomes a path."""
    name = file_name(replace(dialogue(), type=Code(type_code), msg_id=msg_id), 12)

    assert name.endswith("12.xml")
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert not name.startswith(".")


def test_a_sender_is_known_by_any_level_the_address_only_by_the_last(register: Register) -> None:
    person = HealthcareProfessional(identifiers=(Identifier("99", coded(9051, "HER")),))
    sender = party(*REFERRER)
    doctor = replace(sender, organisation=replace(sender.organisation, people=(person,)))
    message = referral(sender=doctor, receiver=doctor)

    assert sender_of(message, register).id == "referrer"
    assert [found.standing for found in recipients_of(message, register)] == [Standing.UNKNOWN_SERVICE]


def test_a_receiver_without_her_id_is_foreign(register: Register) -> None:
    assert [found.standing for found in recipients_of(referral(receiver=Party()), register)] == [Standing.FOREIGN]


def test_a_further_primary_receiver_is_no_copy(register: Register) -> None:
    message = referral(other_receivers=(party("8990301", role="PRIM"), party("8990201", role="COP")))

    assert [found.is_copy for found in recipients_of(message, register)] == [False, False, True]


def test_an_address_that_is_named_twice_is_one_recipient(register: Register) -> None:
    """One receipt for each recipient, for ever (HITS 1168 5.1)."""
    message = referral(other_receivers=(party(*CLINIC, role="COP"),))

    assert [(found.partner.id, found.is_copy) for found in recipients_of(message, register)] == [("clinic", False)]


def test_rule_codes_are_unique_across_the_house() -> None:
    theirs = {rule.id for rule in check_rules.every()}
    ours = [(rule.id, rule.title) for rule in rules.ALL]

    assert len(set(ours)) == len(ours)
    assert not theirs & {code for code, _ in ours}


def test_known_messages_are_found_by_all_their_ids() -> None:
    assert {found.role for found in known(referral())} == {"dedupe", "msg_id", "document_id"}
