from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter import resources
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.simulate.chronicle import Chronicle
from adapter.simulate.sealed import Post, is_settled, judge_post, post_of, readable
from adapter.store import Store
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewDelivery, NewEnvelope, NewMessage
from adapter.store.facts import EnvelopeFacts

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
REFERRAL = (resources.fixtures() / "messages" / "henvisning-1.1-komplett.xml").read_bytes()
ID = "a1@edi.example"
MAIL = b"Content-Type: text/plain\r\n\r\nsealed"
#: Of the patient of the referral.
NUMBER = "14838400052"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Store]:
    """Return the store of who sent a referral and heard that it arrived."""
    with Store.open(f"sqlite:///{tmp_path / 'office.db'}") as store:
        with store.writing() as ledger:
            (message,) = ledger.receive([NewMessage(channel="epj", source="x", data=REFERRAL)], at=NOW)
            new = NewDelivery(message_id=message, for_message_id=message, channel="edi", party="clinic", name="x")
            (delivery,) = ledger.add_deliveries([replace(new, is_reliable=True)], at=NOW)
            out = NewEnvelope(
                direction="out",
                channel="edi",
                data=MAIL,
                state=EnvelopeState.SENDING,
                delivery_id=delivery,
                carries=message,
                message_id=ID,
            )
            (sent,) = ledger.add_envelopes([out], at=NOW)
            ledger.move_envelopes([EnvelopeMove(id=sent, to=EnvelopeState.SENT)], at=NOW)
            for state in (DeliveryState.SENDING, DeliveryState.SENT):
                ledger.move_deliveries([DeliveryMove(id=delivery, to=state)], at=NOW)
        yield store


def _hear(store: Store, *, about: int = 1, is_news: bool = True) -> None:
    """Let an Acknowledgment come."""
    with store.writing() as ledger:
        came = NewEnvelope(direction="in", channel="edi", data=MAIL, state=EnvelopeState.RECEIVED)
        (number,) = ledger.receive_envelopes([came], at=NOW)
        told = {"about": about, "news": is_news}
        ledger.describe_envelope(number, EnvelopeFacts(refers_to=ID), to=EnvelopeState.SIGNAL, at=NOW, data=told)
        if is_news:
            ledger.move_envelopes([EnvelopeMove(id=about, to=EnvelopeState.ACKNOWLEDGED)], at=NOW)


def _take(folder: Path, *, times: int = 1, message_id: str = ID, data: bytes = MAIL) -> Post:
    """Return what the receiver's store says of the envelope, which came several times."""
    with Store.open(f"sqlite:///{folder / 'clinic.db'}") as store:
        with store.writing() as ledger:
            for number in range(times):
                came = NewEnvelope(direction="in", channel="edi", data=data, state=EnvelopeState.RECEIVED)
                (row,) = ledger.receive_envelopes([came], at=NOW)
                state = EnvelopeState.DUPLICATE if number else EnvelopeState.OPENED
                ledger.describe_envelope(row, EnvelopeFacts(message_id=message_id), to=state, at=NOW)
        with store.reading() as query:
            return post_of(query)


def _post(store: Store) -> Post:
    with store.reading() as query:
        return post_of(query)


def _broken(*posts: Post) -> list[str]:
    return [check.text for check in judge_post(posts) if not check.is_true]


def test_what_was_acknowledged_and_opened_once_is_well(office: Store, tmp_path: Path) -> None:
    with office.reading() as query:
        assert not is_settled(query)
    _hear(office)
    with office.reading() as query:
        assert is_settled(query)

    assert [check.text for check in judge_post([_post(office), _take(tmp_path)])] == [
        "1 message went as ebXML, and each was acknowledged once",
        "each was opened once, by its receiver",
        "nothing is pending, and nothing was refused",
        "2 mails passed the mail server, and none of them tells of a patient or a message",
    ]
    assert _broken(_post(office), _take(tmp_path, times=0)) == []


def test_a_mail_that_came_twice_is_told_of_and_no_failure(office: Store, tmp_path: Path) -> None:
    _hear(office)
    _hear(office, is_news=False)
    clinic = _take(tmp_path, times=2)

    assert _broken(_post(office), clinic) == []
    assert "each was opened once, by its receiver; 1 mail came twice and changed nothing" in [
        check.text for check in judge_post([_post(office), clinic])
    ]


def test_what_a_receipt_acknowledged_before_the_acknowledgment_came_is_well(office: Store, tmp_path: Path) -> None:
    with office.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=1, to=EnvelopeState.ACKNOWLEDGED)], at=NOW)
    _hear(office, is_news=False)

    assert _broken(_post(office), _take(tmp_path)) == []


def test_what_nobody_acknowledged_is_a_failure(office: Store, tmp_path: Path) -> None:
    assert _broken(_post(office), _take(tmp_path)) == ["1 message went as ebXML, and each was acknowledged once"]


def test_what_nobody_opened_or_somebody_else_is_a_failure(office: Store, tmp_path: Path) -> None:
    _hear(office)

    assert _broken(_post(office)) == ["each was opened once, by its receiver"]
    assert _broken(_post(office), _take(tmp_path, message_id="another@edi.example")) == [
        "each was opened once, by its receiver"
    ]


def test_what_was_refused_or_not_opened_yet_is_a_failure(office: Store, tmp_path: Path) -> None:
    _hear(office)
    with office.writing() as ledger:
        came = NewEnvelope(direction="in", channel="edi", data=b"spam", state=EnvelopeState.RECEIVED)
        ledger.receive_envelopes([came], at=NOW)
    with office.reading() as query:
        assert not is_settled(query)

    assert _broken(_post(office), _take(tmp_path)) == ["nothing is pending, and nothing was refused"]


def test_a_mail_that_tells_of_a_patient_is_a_failure(office: Store, tmp_path: Path) -> None:
    _hear(office)
    told = _take(tmp_path, data=b"Subject: " + NUMBER.encode())

    assert _broken(_post(office), told) == [
        "2 mails passed the mail server, and none of them tells of a patient or a message"
    ]


def test_where_nothing_was_sent_nothing_is_proven(tmp_path: Path) -> None:
    assert _broken(_take(tmp_path, times=0)) == [
        "0 messages went as ebXML, and each was acknowledged once",
        "0 mails passed the mail server, and none of them tells of a patient or a message",
    ]


def test_sending_and_acknowledging_are_lines_of_the_chronicle(office: Store) -> None:
    _hear(office)
    with office.reading() as query:
        lines = Chronicle({"clinic": "klinikk.edi"}, {}, "legekontor.edi").news(query)

    assert [(line.sender, line.receiver, line.what, line.note) for line in lines] == [
        ("legekontor.edi", "klinikk.edi", "Henvisning 1.1", "signed, encrypted, sent"),
        ("klinikk.edi", "legekontor.edi", "Acknowledgment", "of Henvisning 1.1"),
    ]


@pytest.mark.parametrize("text", [NUMBER, "MsgHead", "<AppRec"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le"])
def test_a_readable_part_is_found_however_it_is_packed(text: str, coding: str) -> None:
    body = base64.encodebytes(b"<x>" + text.encode(coding) + b"</x>")
    mail = (
        b'Content-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n<Envelope/>\r\n'
        b"--b\r\nContent-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body + b"\r\n--b--\r\n"
    )

    assert readable(mail, [NUMBER])
    assert not readable(mail.replace(body, base64.encodebytes(b"something else")), [NUMBER])
