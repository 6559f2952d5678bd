"""What the receiver's message server says of an envelope that went out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import envelopes
import mails
import pytest
from mailboxes import CLINIC, Server
from mails import OFFICE
from pki import NOW
from returned import MAIL_ID, WORDS, receiver, report

from adapter.check.finding import Finding
from adapter.envelope import package
from adapter.envelope.answer import Refusal, acknowledgment, message_error
from adapter.envelope.signal import EbxmlMessage, ErrorCode, Fault, MessageError, Severity, SignedReference
from adapter.flow.decision import OPERATOR
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service.courier.facts import facts_of
from adapter.service.courier.giving_up import give_up, not_acknowledged, not_delivered, not_sent
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewDelivery, NewEnvelope, NewTask
from adapter.store.facts import by_name
from adapter.store.rows import EnvelopeRow

ANOTHER_ID = "00000000-0000-4000-8000-000000000002"
NOT_ACKNOWLEDGED = not_acknowledged()
SENDING_THEN_SENT = EnvelopeState.SENDING, EnvelopeState.SENT
ABANDONED, ACKNOWLEDGED, SENT = DeliveryState.ABANDONED, DeliveryState.ACKNOWLEDGED, DeliveryState.SENT


def references(server: Server, row: EnvelopeRow) -> tuple[SignedReference, ...]:
    return package.read(server.body(row)).signed_references


def receipt(*digests: SignedReference, **header: object) -> bytes:
    message = acknowledgment(mails.said_to_office(), digests, envelopes.STAMP, received=NOW)
    return mails.signal(replace(message, header=replace(message.header, **header)))


def error(*refusals: Refusal) -> bytes:
    return mails.signal(message_error(mails.said_to_office(), refusals, envelopes.STAMP))


REFUSED = Refusal(code=ErrorCode.SECURITY_FAILURE, text="Vakker Blomst kunne ikke dekrypteres.")
WARNED = Refusal(code=ErrorCode.NOT_SUPPORTED, text="Nesten", severity=Severity.WARNING)


def heard(server: Server) -> dict[str, object]:
    """Return what the event of the last signal tells, without what it is about."""
    data = server.event("envelope_signal")
    return {name: value for name, value in data.items() if name not in {"envelope", "about"}}


# --- Acknowledgments ----------------------------------------------------------------------------------------------


def test_an_acknowledged_message_is_delivered(server: Server) -> None:
    row = server.sent()
    assert server.message_state(row) is MessageState.ACCEPTED

    server.collect(receipt(*references(server, row)))

    after = server.envelope(row.id)
    assert (after.state, after.acknowledged_at, server.delivery_state(row)) == (
        EnvelopeState.ACKNOWLEDGED,
        NOW,
        ACKNOWLEDGED,
    )
    assert server.message_state(row) is MessageState.DELIVERED
    assert server.event("envelope_signal")["about"] == row.id
    assert heard(server) == {"news": True}
    assert (server.answers(), server.rules()) == ([], [])


def test_a_message_whose_answer_is_overdue_is_delivered_by_its_acknowledgment(server: Server) -> None:
    row = server.sent()
    with server.store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=row.delivery_id or 0, to=DeliveryState.OVERDUE)], at=NOW)

    server.collect(receipt(*references(server, row)))

    assert server.delivery_state(row) is DeliveryState.OVERDUE
    assert server.message_state(row) is MessageState.DELIVERED


def test_a_receipt_without_digests_counts(server: Server) -> None:
    row = server.sent()
    server.collect(receipt())

    assert (server.delivery_state(row), heard(server)) == (ACKNOWLEDGED, {"news": True})


def test_a_receipt_for_other_digests_counts_and_is_noted(server: Server) -> None:
    row = server.sent()
    first, *_ = references(server, row)
    server.collect(receipt(first))

    assert server.delivery_state(row) is ACKNOWLEDGED
    assert heard(server) == {"news": True, "digests": "others than those that were signed"}


def test_a_second_receipt_changes_nothing(server: Server) -> None:
    row = server.sent()
    server.collect(receipt(), receipt(message_id="second@a"))

    assert (server.delivery_state(row), heard(server), server.rules()) == (ACKNOWLEDGED, {"news": False}, [])


def test_a_receipt_for_what_is_not_known_changes_nothing(server: Server) -> None:
    server.collect(receipt())

    assert (server.states(), server.event("envelope_signal")["about"], server.rules()) == (["signal"], None, [])


def test_a_receipt_from_another_party_is_refused(server: Server) -> None:
    row = server.sent()
    other = replace(OFFICE, id="annet", her_ids=("8990301",), parent_her_id="8990300")
    server.parties = (OFFICE, other, CLINIC)
    server.collect(receipt(sender=envelopes.Side.of("8990301")))

    assert (server.delivery_state(row), server.envelope(row.id).state) == (SENT, EnvelopeState.SENT)
    assert (server.states(), server.rules(), server.answers()) == (["refused"], ["TRA-05"], [])


def test_a_receipt_from_another_party_takes_no_id_away(server: Server) -> None:
    server.sent()
    server.collect(mails.mailed(), receipt(sender=envelopes.Side.of("8990777"), message_id=envelopes.MESSAGE_ID))

    assert (server.states(), server.rules()) == (["opened", "refused"], ["TRA-05"])
    assert server.event("envelope_refused")["message_id"] == envelopes.MESSAGE_ID


def test_a_receipt_of_an_unknown_server_is_refused(server: Server) -> None:
    row = server.sent()
    server.collect(receipt(sender=envelopes.Side.of("8990777")))

    assert (server.delivery_state(row), server.states()) == (SENT, ["refused"])


def test_a_receipt_may_name_the_organisation(server: Server) -> None:
    row = server.sent()
    server.collect(receipt(sender=envelopes.Side.of("8990200"), receiver=envelopes.Side.of("8990100")))

    assert server.delivery_state(row) is ACKNOWLEDGED


def test_a_receipt_that_is_faster_than_the_sender_counts(server: Server) -> None:
    row = server.sent(state=DeliveryState.SENDING)
    server.collect(receipt())

    assert (server.envelope(row.id).state, server.delivery_state(row)) == (EnvelopeState.ACKNOWLEDGED, ACKNOWLEDGED)


def test_a_receipt_after_the_answer_of_the_receivers_system_changes_the_envelope_only(server: Server) -> None:
    row = server.sent(state=DeliveryState.COMPLETED)
    server.collect(receipt())

    assert server.envelope(row.id).state is EnvelopeState.ACKNOWLEDGED
    assert server.delivery_state(row) is DeliveryState.COMPLETED


@pytest.mark.parametrize(
    ("said", "rule"),
    [(not_acknowledged(), "TRA-03"), (not_sent("it broke off"), "TRA-08"), (not_delivered("5.1.1"), "TRA-12")],
)
def test_a_late_receipt_brings_a_message_back_and_closes_its_task(server: Server, said: Finding, rule: str) -> None:
    row = server.sent()
    _give_up(server, row, said)
    assert (server.message_state(row), server.rules()) == (MessageState.FAILED, [rule])

    server.collect(receipt())

    assert (server.delivery_state(row), server.message_state(row)) == (ACKNOWLEDGED, MessageState.DELIVERED)
    assert server.rules() == []


def test_a_late_receipt_leaves_other_tasks_open(server: Server) -> None:
    row = server.sent()
    _give_up(server, row)
    with server.store.writing() as ledger:
        ledger.add_tasks([NewTask(party="", rule="TRA-04", title="a", envelope_id=row.id)], at=NOW)
        ledger.add_tasks([NewTask(party="", rule="TRA-08", title="of another", envelope_id=None)], at=NOW)

    server.collect(receipt())

    assert (server.delivery_state(row), server.rules()) == (ACKNOWLEDGED, ["TRA-04", "TRA-08"])


def sealed_anew(server: Server, row: EnvelopeRow) -> EnvelopeRow:
    """Let a delivery that was given up have gone once more, in another envelope."""
    header = mails.addressed("8990101", "8990201", message_id=ANOTHER_ID)
    with server.store.writing() as ledger:
        for state in (DeliveryState.QUEUED, DeliveryState.SENDING, SENT):
            ledger.move_deliveries([DeliveryMove(id=row.delivery_id or 0, to=state)], at=NOW)
        facts = facts_of(envelopes.message(header=header))
        fresh = NewEnvelope(
            **by_name(facts),
            direction="out",
            channel=mails.CHANNEL,
            data=b"another",
            state=EnvelopeState.SENT,
            carries=row.carries,
            delivery_id=row.delivery_id,
        )
        (number,) = ledger.add_envelopes([fresh], at=NOW)
    return server.envelope(number)


def test_whichever_envelope_is_acknowledged_the_message_has_arrived(server: Server) -> None:
    row = server.sent()
    _give_up(server, row)
    sealed_anew(server, row)
    assert server.rules() == ["TRA-03"]

    server.collect(mails.signal(acknowledgment_of(ANOTHER_ID)))

    assert (server.delivery_state(row), server.rules()) == (ACKNOWLEDGED, [])


def test_a_late_receipt_of_the_first_envelope_closes_the_task_of_the_second(server: Server) -> None:
    row = server.sent()
    _give_up(server, row)
    _give_up(server, sealed_anew(server, row), not_delivered("5.1.1"))
    assert server.rules() == ["TRA-03", "TRA-12"]

    server.collect(receipt())

    assert (server.delivery_state(row), server.rules()) == (ACKNOWLEDGED, [])


def test_what_comes_back_in_its_second_envelope_leaves_one_task(server: Server) -> None:
    row = server.sent()
    server.collect(report())
    again = sealed_anew(server, row)

    server.collect(report(mail_id=f"{ANOTHER_ID}@testedi.nhn.no"))

    assert [(task.rule, task.envelope_id) for task in server.tasks()] == [("TRA-12", again.id)]


@pytest.mark.parametrize(("is_other_given_up", "left"), [(False, []), (True, ["TRA-08"])])
def test_a_task_that_names_no_envelope_is_closed_when_all_have_the_message(
    server: Server, left: list[str], *, is_other_given_up: bool
) -> None:
    row = server.sent()
    other = NewDelivery(
        message_id=row.carries or 0,
        for_message_id=row.carries or 0,
        channel=mails.CHANNEL,
        party="nav",
        name="b.xml",
        state=ABANDONED if is_other_given_up else SENT,
        due_at=NOW,
    )
    with server.store.writing() as ledger:
        ledger.add_deliveries([other], at=NOW)
        ledger.add_tasks([NewTask(party="", rule="TRA-08", title="no key", message_id=row.carries)], at=NOW)

    server.collect(receipt())

    assert server.rules() == left


def acknowledgment_of(message_id: str) -> EbxmlMessage:
    said = mails.said_to_office()
    said = replace(said, header=replace(said.header, message_id=message_id))
    return acknowledgment(said, (), envelopes.STAMP, received=NOW)


def _give_up(server: Server, row: EnvelopeRow, said: Finding = NOT_ACKNOWLEDGED) -> None:
    with server.store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=row.id, to=EnvelopeState.ABANDONED)], at=NOW)
        delivery = ledger.delivery(row.delivery_id or 0)
        assert delivery is not None
        give_up(ledger, delivery, said, "", NOW, envelope=row.id)


# --- Errors -------------------------------------------------------------------------------------------------------


def test_nothing_but_warnings_is_a_receipt(server: Server) -> None:
    row = server.sent()
    server.collect(error(WARNED, WARNED))

    assert (server.delivery_state(row), heard(server)) == (ACKNOWLEDGED, {"news": True, "codes": ["NotSupported"]})
    assert server.rules() == []


def test_a_refused_message_has_failed_and_its_senders_people_are_told(server: Server) -> None:
    row = server.sent()
    server.collect(error(WARNED, REFUSED))

    after = server.envelope(row.id)
    assert (after.state, after.last_error) == (EnvelopeState.REFUSED, "MessageError SecurityFailure, NotSupported")
    assert (server.delivery_state(row), server.message_state(row)) == (ABANDONED, MessageState.FAILED)
    (task,) = server.tasks()
    assert (task.rule, task.party, task.message_id, task.envelope_id) == ("TRA-04", "klinikk", row.carries, row.id)
    assert task.title == "The receiver's message server refused the message: SecurityFailure, NotSupported."
    assert server.answers() == []


def test_what_an_error_says_of_people_is_not_repeated(server: Server) -> None:
    server.sent()
    server.collect(error(REFUSED))

    assert "Blomst" not in repr([event.data for event in server.events()]) + repr(server.tasks())


def test_a_code_that_is_none_is_called_unknown(server: Server) -> None:
    server.sent()
    message = message_error(mails.said_to_office(), [REFUSED], envelopes.STAMP)
    server.collect(mails.signal(replace(message, error=MessageError((Fault(code="Vakker Blomst"),)))))

    assert heard(server) == {"news": True, "codes": ["Unknown"]}


def test_an_error_without_faults_is_one_all_the_same(server: Server) -> None:
    row = server.sent()
    message = message_error(mails.said_to_office(), [REFUSED], envelopes.STAMP)
    server.collect(mails.signal(replace(message, error=MessageError())))

    assert (server.delivery_state(row), server.rules()) == (ABANDONED, ["TRA-04"])


def test_a_second_error_changes_nothing(server: Server) -> None:
    server.sent()
    server.collect(error(REFUSED), error(REFUSED))

    assert (server.rules(), heard(server)["news"]) == (["TRA-04"], False)


def test_an_error_after_the_receipt_is_a_matter_for_people(server: Server) -> None:
    row = server.sent()
    server.collect(receipt(), error(REFUSED))

    assert (server.delivery_state(row), server.message_state(row)) == (ACKNOWLEDGED, MessageState.DELIVERED)
    assert server.rules() == ["TRA-04"]


def test_a_receipt_after_the_error_changes_nothing(server: Server) -> None:
    row = server.sent()
    server.collect(error(REFUSED), receipt())

    assert (server.delivery_state(row), heard(server)) == (ABANDONED, {"news": False})


def test_an_error_for_an_answer_of_ours_is_a_matter_for_the_operator(server: Server) -> None:
    server.collect(mails.mailed())
    (answer,) = server.envelopes("out")
    message = message_error(_about(server, answer), [REFUSED], envelopes.STAMP)
    server.collect(mails.signal(message))

    assert server.envelope(answer.id).state is EnvelopeState.REFUSED
    (task,) = server.tasks()
    assert (task.rule, task.party, task.envelope_id) == ("TRA-04", OPERATOR, answer.id)


def _about(server: Server, row: EnvelopeRow) -> EbxmlMessage:
    """Return a message with the header of an answer: it is not answered with an error, but some do."""
    return EbxmlMessage(header=server.opened(row).header, ack_requested=envelopes.AckRequested())


def test_an_error_that_names_no_message_changes_nothing(server: Server) -> None:
    row = server.sent()
    message = message_error(mails.said_to_office(), [REFUSED], envelopes.STAMP)
    server.collect(mails.signal(replace(message, header=replace(message.header, ref_to_message_id=None))))

    assert (server.delivery_state(row), server.event("envelope_signal")["about"]) == (SENT, None)


# --- Delivery reports ---------------------------------------------------------------------------------------------

BACK = "the mail server could not deliver it to its address (5.1.1)"


def _is_sent_again(server: Server) -> bool:
    with server.store.reading() as query:
        return bool(query.due_envelopes(mails.CHANNEL, NOW + timedelta(days=30), 10))


def test_a_mail_that_cannot_be_delivered_is_given_up_and_the_operator_told(server: Server) -> None:
    row = server.sent()
    assert _is_sent_again(server)

    server.collect(report())

    after = server.envelope(row.id)
    assert (after.state, after.last_error) == (EnvelopeState.ABANDONED, BACK)
    assert (server.delivery_state(row), server.message_state(row)) == (ABANDONED, MessageState.FAILED)
    with server.store.reading() as query:
        delivery = query.delivery(row.delivery_id or 0)
    assert delivery is not None
    assert delivery.last_error == BACK
    (task,) = server.tasks()
    assert (task.party, task.rule, task.envelope_id, task.message_id) == (OPERATOR, "TRA-12", row.id, row.carries)
    assert task.title == "The mail server could not deliver it to its address: 5.1.1."
    assert (server.states(), server.answers()) == (["signal"], [])
    assert heard(server) == {"action": "failed", "status": "5.1.1", "news": True}
    assert server.event("envelope_reported") == {"envelope": row.id, "action": "failed", "status": "5.1.1"}
    assert not _is_sent_again(server)


def test_no_text_of_a_report_is_kept_but_in_the_mail(server: Server) -> None:
    server.sent()
    server.collect(report())

    told = f"{server.events()} {server.tasks()} {server.envelopes()}"
    assert not any(word in told for word in WORDS.split() if len(word) > len("finnes"))


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.4.7"), ("delivered", "2.0.0")])
def test_a_mail_that_may_still_be_delivered_goes_on(server: Server, action: str, status: str) -> None:
    row = server.sent()
    server.collect(report(receiver(action=action, status=status)))

    assert (server.envelope(row.id).state, server.delivery_state(row)) == (EnvelopeState.SENT, SENT)
    assert (server.states(), server.rules()) == (["signal"], [])
    assert heard(server) == {"action": action, "status": status, "news": False}
    assert server.event("envelope_reported")["status"] == status
    assert _is_sent_again(server)


def test_a_report_about_nothing_of_ours_is_a_mail_like_any_other(server: Server) -> None:
    row = server.sent()
    server.collect(report(mail_id="a@testedi.nhn.no", original="b"), report(mail_id=None))

    assert (server.states(), server.rules()) == (["unreadable"] * 2, ["TRA-01"] * 2)
    assert (server.delivery_state(row), server.event("envelope_unreadable")["status"]) == (SENT, "5.1.1")


def test_a_report_may_name_the_mail_itself(server: Server) -> None:
    row = server.sent()
    server.collect(report(mail_id=None, original=MAIL_ID.upper()))

    assert server.delivery_state(row) is ABANDONED


def test_a_forged_report_does_not_stop_what_is_acknowledged_later(server: Server) -> None:
    row = server.sent()
    server.collect(report())
    assert (server.message_state(row), server.rules()) == (MessageState.FAILED, ["TRA-12"])

    server.collect(receipt(*references(server, row)))

    assert (server.envelope(row.id).state, server.delivery_state(row)) == (EnvelopeState.ACKNOWLEDGED, ACKNOWLEDGED)
    assert (server.message_state(row), server.rules()) == (MessageState.DELIVERED, [])


@pytest.mark.parametrize("state", [ACKNOWLEDGED, DeliveryState.COMPLETED, DeliveryState.REJECTED])
def test_a_report_about_what_has_arrived_is_only_noted(server: Server, state: DeliveryState) -> None:
    row = server.sent(state=state)
    before = server.message_state(row)
    server.collect(report())

    assert (server.delivery_state(row), server.message_state(row), server.rules()) == (state, before, [])
    assert heard(server)["news"] is False


def test_a_report_after_an_acknowledgment_is_only_noted(server: Server) -> None:
    row = server.sent()
    server.collect(receipt(), report())

    assert (server.envelope(row.id).state, server.rules()) == (EnvelopeState.ACKNOWLEDGED, [])


def test_a_report_that_is_faster_than_the_sender_counts(server: Server) -> None:
    row = server.sent(state=DeliveryState.SENDING)
    server.collect(report())

    assert (server.envelope(row.id).state, server.delivery_state(row)) == (EnvelopeState.ABANDONED, ABANDONED)


def test_an_overdue_message_that_cannot_be_delivered_is_given_up(server: Server) -> None:
    row = server.sent(state=DeliveryState.OVERDUE)
    server.collect(report())

    assert (server.delivery_state(row), server.rules()) == (ABANDONED, ["TRA-12"])


def test_there_is_one_open_task_however_often_a_mail_comes_back(server: Server) -> None:
    row = server.sent()
    server.collect(report(), report())
    assert server.rules() == ["TRA-12"]

    with server.store.writing() as ledger:
        for state in (DeliveryState.QUEUED, DeliveryState.SENDING, SENT):
            ledger.move_deliveries([DeliveryMove(id=row.delivery_id or 0, to=state)], at=NOW)
        again = (EnvelopeState.QUEUED, *SENDING_THEN_SENT)
        ledger.move_envelopes([EnvelopeMove(id=row.id, to=state) for state in again], at=NOW)
    server.collect(report())

    (task,) = server.tasks()
    assert (task.rule, server.envelope(row.id).state) == ("TRA-12", EnvelopeState.ABANDONED)
    with server.store.reading() as query:
        (closed,) = query.tasks("done")
    assert (closed.rule, closed.note) == ("TRA-12", "it came back once more")


def test_an_answer_of_ours_that_comes_back_is_told(server: Server) -> None:
    server.collect(mails.mailed())
    (answer,) = server.envelopes("out")
    with server.store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=answer.id, to=state) for state in SENDING_THEN_SENT], at=NOW)

    server.collect(report(mail_id=f"{answer.message_id}@testedi.nhn.no"))

    assert server.envelope(answer.id).state is EnvelopeState.ABANDONED
    assert [(task.party, task.rule, task.envelope_id) for task in server.tasks()] == [(OPERATOR, "TRA-12", answer.id)]
