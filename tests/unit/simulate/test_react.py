from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapter.message.message import ConversationRef, Kind, Message
from adapter.simulate.react import Met, Reaction, State, due, is_waiting, missing, react
from adapter.simulate.script import Acknowledge, Expect, Script, Send

Example = Callable[..., Message]

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
STATE = State(begun=NOW)


def _script(*expects: Expect, sends: tuple[Send, ...] = ()) -> Script:
    return Script(role="clinic", name="EPJ", sends=sends, expects=expects)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Expect(id="x"), True),
        (Expect(id="x", kind=Kind.DIALOGMELDING, type="DIALOG_STATUS_HENVISNING", theme="9148:2"), True),
        (Expect(id="x", kind=Kind.HENVISNING), False),
        (Expect(id="x", type="HENVISNING"), False),
        (Expect(id="x", theme="9148:1"), False),
        (Expect(id="x", status="1"), False),
        (Expect(id="x", error="E36"), False),
        (Expect(id="x", about="referral"), False),
    ],
)
def test_everything_that_is_asked_for_must_fit(example: Example, wanted: Expect, fits: bool) -> None:  # noqa: FBT001 - parametrised
    status = example("dialogmelding-1.1-status-2")

    assert react(_script(wanted), STATE, status) == (Reaction(wanted) if fits else Reaction())


def test_receipts_are_known_by_status_and_error(example: Example) -> None:
    receipt = example("apprec-1.1-negativ-to-feil")
    errors = [error.value or "" for error in receipt.receipt.errors] if receipt.receipt else []
    wanted = Expect(id="x", kind=Kind.APPREC, status="2", error=errors[1])

    assert len(errors) == 2
    assert react(_script(wanted), STATE, receipt).expect == wanted
    assert react(_script(replace(wanted, status="1")), STATE, receipt).expect is None
    assert react(_script(replace(wanted, error="T02")), STATE, receipt).expect is None


def test_a_message_belongs_to_what_it_names_in_any_case_of_letters(example: Example) -> None:
    referral = example("henvisning-1.1-komplett", msg_id="ABC")
    state = STATE.after_sending("referral", Met.of(referral), NOW)
    wanted = Expect(id="x", about="referral")

    for reference in (ConversationRef(parent="abc"), ConversationRef(parent="other", conversation=" abc ")):
        assert react(_script(wanted), state, replace(referral, conversation=reference)).expect == wanted
    assert react(_script(wanted), state, replace(referral, conversation=ConversationRef(parent="d"))).expect is None


def test_a_receipt_may_name_the_document_instead(example: Example) -> None:
    receipt = example("apprec-1.0-positiv-henvisning-1.0")
    assert receipt.receipt is not None
    assert receipt.receipt.original is not None
    state = STATE.after_sending("referral", Met(msg_id="other", document_id=receipt.receipt.original.id), NOW)
    wanted = Expect(id="x", about="referral")

    assert react(_script(wanted), state, receipt).expect == wanted


def test_the_first_open_expectation_reacts_and_silence_is_a_reaction_too(example: Example) -> None:
    said = Acknowledge(is_positive=True)
    once, then, ever = Expect(id="once", receipt=said), Expect(id="then"), Expect(id="ever", times=None)
    played, message = _script(once, then, ever), example("henvisning-1.1-komplett")
    state, acts = STATE, []
    for _ in range(4):
        reaction = react(played, state, message)
        assert reaction.expect is not None
        acts.append((reaction.expect.id, reaction.acts))
        state = state.after_meeting(reaction.expect.id, message, NOW)

    assert acts == [("once", (said,)), ("then", ()), ("ever", ()), ("ever", ())]
    assert missing(played, state) == ()


def test_what_is_sent_waits_for_what_it_needs_and_for_its_time() -> None:
    at_once = Send(id="at once")
    later = Send(id="later", after=("at once",), wait=timedelta(seconds=2))
    again = Send(id="again", repeat="later")
    played = _script(sends=(at_once, later, again))

    assert due(played, STATE, NOW) == (at_once,)
    state = STATE.after_sending("at once", Met(), NOW)
    assert due(played, state, NOW + timedelta(seconds=1)) == ()
    assert due(played, state, NOW + timedelta(seconds=2)) == (later,)
    assert due(played, state.after_sending("later", Met(), NOW), NOW) == (again,)


def test_a_party_waits_only_for_time_not_for_others() -> None:
    played = _script(Expect(id="question"), sends=(Send(id="answer", after=("question",)),))

    assert not is_waiting(played, STATE)
    assert is_waiting(played, STATE.after_sending("question", Met(), NOW))


def test_what_is_missing_and_what_came_unasked_is_listed(example: Example) -> None:
    played = _script(Expect(id="two", times=2), Expect(id="any", times=None), sends=(Send(id="mine", after=("two",)),))
    state = STATE.after_meeting("two", example("henvisning-1.1-komplett"), NOW).after_stranger("APPREC 1.1")

    assert missing(played, state) == ("mine: was not sent", "two: came 1 of 2 times", "not expected: APPREC 1.1")


def test_a_reference_keeps_the_root_of_the_conversation(example: Example) -> None:
    referral = example("henvisning-1.1-komplett", msg_id="first")
    answer = replace(referral, msg_id="third", conversation=ConversationRef(parent="second", conversation="first"))

    assert Met.of(referral).reference == ConversationRef(parent="first", conversation="first")
    assert Met.of(answer).reference == ConversationRef(parent="third", conversation="first")
