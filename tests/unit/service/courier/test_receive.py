"""From a mailbox into the store: what becomes of each mail, what its sender is told, and what a crash leaves."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import envelopes
import mails
from envelopes import MESSAGE_ID
from mailboxes import CLINIC, Server, keyring
from mails import OFFICE, REFERRAL, mailed
from pki import CLINIC as CLINICS_NAME
from pki import NOW, SINCE, UNTIL, key, world
from sealing import Craft
from structlog.testing import capture_logs

from adapter.channel.base import Incoming
from adapter.envelope import mime
from adapter.envelope.header import HER, PartyId, Side
from adapter.envelope.signal import EbxmlMessage, MessageError
from adapter.flow.decision import OPERATOR
from adapter.message.state import EnvelopeState, MessageState
from adapter.partner.signers import Signers
from adapter.partner.snapshot import Endpoint, Link, Snapshot
from adapter.service.courier.facts import digest_of
from adapter.service.envelope_acts import release_envelope
from adapter.trust.pki import Purpose
from adapter.trust.standing import Answer, Standing
from adapter.trust.verifier import Verifier

LAB = replace(CLINIC, id="lab", her_ids=("8990102",), parent_her_id=None)


def test_a_message_goes_on_to_the_desk_as_it_was_put_in(server: Server) -> None:
    collected = server.collect(mailed())

    (arrival,) = collected.arrivals
    assert (arrival.data, arrival.channel, arrival.received_at) == (REFERRAL, mails.CHANNEL, NOW)
    assert (collected.counts, collected.has_more) == ({"opened": 1}, False)
    assert server.messages() == [REFERRAL]


def test_an_envelope_is_known_by_what_its_header_says_and_by_its_message(server: Server) -> None:
    (arrival,) = server.collect(mailed()).arrivals

    (row,) = server.envelopes("in")
    assert (row.state, row.message_id, row.carries) == (EnvelopeState.OPENED, MESSAGE_ID, arrival.id)
    assert (row.sender_her, row.receiver_her, row.service) == ("8990201", "8990101", "S-HENVISNING")
    assert server.event("envelope_opened")["envelope"] == row.id


def test_the_message_belongs_to_the_worker_that_opened_it(server: Server) -> None:
    server.collect(mailed(), worker="worker-7")

    with server.store.reading() as query:
        assert (query.workers(), query.received(10)) == (["worker-7"], [])


def test_a_message_is_acknowledged_with_what_it_was_signed_by(server: Server) -> None:
    data = mailed()
    server.collect(data)

    (answer,) = server.answers()
    receipt = answer.acknowledgment
    assert receipt is not None
    assert receipt.ref_to_message_id == MESSAGE_ID
    assert digest_of(receipt.references) == digest_of(envelopes.package.read(data).signed_references)
    assert len(receipt.references) == 2
    assert (answer.header.sender.her_id, answer.header.receiver.her_id) == ("8990101", "8990201")
    assert answer.header.conversation_id == envelopes.CONVERSATION


def test_an_answer_waits_to_be_sent_to_the_address_that_is_known(server: Server) -> None:
    server.collect(mailed())

    (row,) = server.envelopes("out")
    assert (row.state, row.address, row.due_at, row.delivery_id) == (EnvelopeState.QUEUED, OFFICE.address, NOW, None)
    headers = mime.read(server.body(row)).headers
    assert (headers.get("From"), headers.get("To")) == ("klinikk@testedi.nhn.no", OFFICE.address)


def test_what_does_not_ask_for_a_receipt_gets_none(server: Server) -> None:
    server.collect(mailed(message=envelopes.message(ack_requested=None)))

    assert (server.states(), server.answers()) == (["opened"], [])


def test_mails_are_taken_in_their_order(server: Server) -> None:
    data = [mails.numbered(number) for number in range(3)]

    assert [one.id for one in server.collect(*data).arrivals] == [1, 2, 3]


def test_what_issuers_said_of_the_signer_is_kept_with_the_message(server: Server) -> None:
    class Good:
        def ask(self, *_: object) -> Answer:
            return Answer(standing=Standing.GOOD, evidence="not taken back", proof=b"signed by the issuer")

    server.verifier = Verifier(anchors=world().anchors, revocations=Good())  # type: ignore[arg-type] - says yes to all
    (arrival,) = server.collect(mailed()).arrivals

    kept = [event for event in server.events() if event.name == "revocation_checked"]
    assert [event.message_id for event in kept] == [arrival.id, arrival.id]
    assert kept[0].data["envelope"] == 1
    assert kept[0].data["statement"] == base64.b64encode(b"signed by the issuer").decode()


def test_whose_certificate_signed_is_kept_with_the_envelope(server: Server) -> None:
    server.verifier = Verifier(anchors=world().anchors, parties=Signers((mails.OFFICE,)))
    server.collect(mailed())

    (told,) = [event.data for event in server.events() if event.name == "envelope_opened"]
    assert {name: value for name, value in told.items() if name.startswith("signer_")} == {
        "signer_holder": "organisation",
        "signer_organisation_number": mails.NUMBER,
        "signer_her_ids": ["8990201"],
        "signer_her_ids_by": f"No party lists the certificate; it is of organisation {mails.NUMBER}, "
        "as is HER-id 8990201.",
    }


def test_what_is_no_ebxml_is_kept_and_the_operator_told(server: Server) -> None:
    assert server.collect(b"Subject: Tilbud\r\n\r\nBare i dag!").counts == {"unreadable": 1}

    (task,) = server.tasks()
    (row,) = server.envelopes()
    assert (task.rule, task.party, task.envelope_id) == ("TRA-01", OPERATOR, row.id)
    assert server.body(row).startswith(b"Subject")


def test_a_refused_message_is_answered_with_why(server: Server) -> None:
    server.collect(mailed(signer=world().expired))

    (answer,) = server.answers()
    assert answer.error is not None
    assert [fault.code for fault in answer.error.faults] == ["SecurityFailure"]
    assert answer.header.ref_to_message_id == MESSAGE_ID
    assert (server.states(), server.rules(), server.messages()) == (["refused"], ["TRA-05"], [])


def test_the_operator_is_told_the_code_of_a_refusal(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990201", "8990999")))

    (task,) = server.tasks()
    assert (task.rule, task.title) == ("TRA-10", "An envelope was refused: ValueNotRecognized.")
    assert server.event("envelope_refused")["codes"] == ["ValueNotRecognized"]


def test_an_error_about_a_wrong_receiver_comes_from_the_one_that_we_are(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990201", "8990999")))

    (answer,) = server.answers()
    assert answer.error is not None
    assert (answer.header.sender.her_id, answer.header.receiver.her_id) == ("8990101", "8990201")
    assert answer.header.ref_to_message_id == MESSAGE_ID


def test_of_two_receivers_the_one_that_is_ours_says_that_there_may_be_one_only(server: Server) -> None:
    server.parties = (OFFICE, CLINIC, LAB)
    both = Side(tuple(PartyId(her_id, HER) for her_id in ("8990999", "8990102")))
    server.collect(mailed(header=replace(envelopes.header(), receiver=both)))

    (answer,) = server.answers()
    assert answer.header.sender == Side.of("8990102")


def test_where_several_could_speak_a_person_is_told_that_nobody_does(server: Server) -> None:
    server.parties = (OFFICE, CLINIC, LAB)
    server.collect(mailed(header=mails.addressed("8990201", "8990999")))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-08", "TRA-10"])
    assert "which of ours" in server.tasks()[0].title


def test_one_who_names_another_as_the_messages_sender_delivers_nothing(server: Server) -> None:
    server.collect(mailed(mails.fixture("frisklivssentral-henvisning-1.1.xml")))

    (answer,) = server.answers()
    assert answer.error is not None
    assert [fault.code for fault in answer.error.faults] == ["Inconsistent"]
    assert (server.rules(), server.messages()) == (["TRA-07"], [])


UNDECIPHERABLE = [
    {"craft": Craft(is_spoiled=True)},
    {"craft": Craft(end=b"\x00")},
    {"craft": Craft(cut=1)},
    {"octets": b"ingenting"},
    {"document": b"\x8a\x17ikke et dokument"},
    {"document": REFERRAL[:-20]},
    {"document": b"\x1f\x8bikke gzip"},
    {"to": world().issuing.issue(CLINICS_NAME, key("x"), Purpose.ENCRYPTION, since=SINCE, until=UNTIL)},
]


def test_every_failure_to_decrypt_is_told_in_the_same_words(server: Server) -> None:
    server.collect(*(mails.numbered(number, **changes) for number, changes in enumerate(UNDECIPHERABLE)))

    errors: set[MessageError | None] = {answer.error for answer in server.answers()}
    assert len(server.answers()) == len(UNDECIPHERABLE)
    assert len(errors) == 1
    assert set(server.rules()) == {"TRA-06"}
    assert {len(server.body(row)) for row in server.envelopes("out")} == {len(server.body(server.envelopes("out")[0]))}


TRIPLE_DES = Craft(cipher="des-ede3-cbc")


def test_3des_without_an_exception_is_not_acknowledged_and_its_sender_told_why(server: Server) -> None:
    server.collect(mailed(craft=TRIPLE_DES))

    (answer,) = server.answers()
    assert answer.acknowledgment is None
    assert answer.error is not None
    assert [(fault.code, fault.severity) for fault in answer.error.faults] == [("SecurityFailure", "Error")]
    assert "3DES" in (answer.error.faults[0].text or "")
    assert answer.header.ref_to_message_id == MESSAGE_ID
    assert (server.states(), server.rules(), server.messages()) == (["refused"], ["TRA-14"], [])
    assert server.event("envelope_refused")["cipher"] == "des-ede3-cbc"


def test_refused_3des_is_answered_alike_whether_it_could_be_decrypted_or_not(server: Server) -> None:
    crafts = (TRIPLE_DES, replace(TRIPLE_DES, is_spoiled=True), replace(TRIPLE_DES, end=b"\x00"))
    server.collect(*(mails.numbered(number, craft=craft) for number, craft in enumerate(crafts)))

    errors: set[MessageError | None] = {answer.error for answer in server.answers()}
    assert (len(server.answers()), len(errors)) == (len(crafts), 1)
    assert len({len(server.body(row)) for row in server.envelopes("out")}) == 1


def test_3des_with_an_exception_is_acknowledged_and_noted(server: Server) -> None:
    server.parties = (replace(OFFICE, triple_des_until=NOW.date()), CLINIC)
    server.collect(mailed(craft=TRIPLE_DES))

    (answer,) = server.answers()
    assert answer.acknowledgment is not None
    assert (server.states(), server.rules(), server.messages()) == (["opened"], [], [REFERRAL])
    assert server.event("envelope_opened")["cipher"] == "des-ede3-cbc"


def test_refused_3des_that_comes_again_gets_the_same_answer_also_once_there_is_an_exception(server: Server) -> None:
    data = mailed(craft=TRIPLE_DES)
    server.collect(data)
    server.parties = (replace(OFFICE, triple_des_until=NOW.date()), CLINIC)
    server.collect(data)

    (answer,) = server.answers()
    assert answer.error is not None
    assert (server.states(), server.messages()) == (["refused", "duplicate"], [])


def test_what_has_no_id_cannot_be_answered(server: Server) -> None:
    server.collect(mailed(header=envelopes.header(message_id="")))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-10"])


def test_a_receipt_that_is_refused_is_not_answered(server: Server) -> None:
    server.sent()
    server.collect(mails.signal(_receipt(), signer=world().expired))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-05"])


def _receipt() -> EbxmlMessage:
    said = mails.said_to_office()
    return envelopes.acknowledgment(said, (), envelopes.STAMP, received=NOW)


def test_an_unknown_sender_is_told_nothing_and_held(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990777", "8990101")))

    assert (server.states(), server.answers(), server.rules()) == (["held"], [], ["TRA-09"])


def test_an_unknown_sender_of_what_is_refused_is_told_nothing(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990777", "8990101"), signer=world().expired))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-05"])


def test_what_a_person_releases_goes_on_and_is_acknowledged(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())
    (held,) = server.envelopes()
    assert (held.state, server.answers()) == (EnvelopeState.HELD, [])

    release_envelope(server.store, held.id, "Grønn Vits", NOW + timedelta(days=1))
    server.now += timedelta(days=2)

    assert server.resume() == [REFERRAL]
    assert (server.states(), server.rules()) == (["opened"], [])
    assert [answer.acknowledgment is not None for answer in server.answers()] == [True]


def test_a_released_mail_was_received_when_it_came(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())
    release_envelope(server.store, 1, "Grønn Vits", NOW)

    (arrival,) = server.receiver.resume([1], NOW + timedelta(days=2), "worker-2")

    assert arrival.received_at == NOW
    (answer,) = server.answers()
    assert answer.acknowledgment is not None
    assert answer.acknowledgment.timestamp is not None
    assert answer.acknowledgment.timestamp.instant == NOW


def test_without_a_key_a_message_is_taken_and_its_receipt_made_when_it_comes_again(server: Server) -> None:
    data = mailed()
    server.keys = keyring(world().encryption)
    server.collect(data)
    assert (server.states(), server.answers(), server.rules()) == (["opened"], [], ["TRA-08"])

    server.keys = keyring(world().signing, world().encryption)
    server.collect(data)

    assert server.states() == ["opened", "duplicate"]
    (row,) = server.envelopes("out")
    assert row.answers == 1


def test_an_answer_goes_where_the_agreement_says(server: Server) -> None:
    link = Link(id="mail", protocol="SMTP", endpoints=(Endpoint(address="avtalt@testedi.nhn.no"),))
    agreed = Snapshot(name="a", her_ids=OFFICE.her_ids, taken_at=NOW, counterparts=("8990101",), links=(link,))
    server.parties = (replace(OFFICE, address=None, snapshots=(agreed,)), CLINIC)
    server.collect(mailed())

    (row,) = server.envelopes("out")
    assert row.address == "avtalt@testedi.nhn.no"


def test_without_an_address_a_message_is_taken_and_the_operator_told(server: Server) -> None:
    server.parties = (replace(OFFICE, address=None), CLINIC)
    server.collect(mailed())

    (task,) = server.tasks()
    assert (server.states(), server.answers(), task.rule) == (["opened"], [], "TRA-08")
    assert "No mail address" in task.title


def test_nothing_personal_is_told_to_logs_events_or_partners(server: Server) -> None:
    with capture_logs() as logs:
        server.collect(
            mailed(signer=world().person),
            mailed(octets=b"Vakker Blomst"),
            mails.numbered(1, document=REFERRAL[:-9]),
            b"Subject: Vakker Blomst\r\n\r\n",
            mails.numbered(2),
        )

    told = repr(logs) + repr([event.data for event in server.events()]) + repr([task.title for task in server.tasks()])
    told += repr(server.answers())
    assert [word for word in ("Blomst", "Vits", "Grønn", "14838400052") if word in told] == []


def test_mail_is_received_for_every_party_that_is_not_behind_mail(server: Server) -> None:
    server.parties = (OFFICE, CLINIC, LAB)
    to = ("8990100", "8990101", "8990102", "8990201")
    headers = [mails.addressed("8990201", her_id, message_id=f"{number}@a") for number, her_id in enumerate(to)]

    server.collect(*(mailed(header=header) for header in headers))

    assert server.states() == ["opened", "opened", "refused", "refused"]
    told = {task.envelope_id: task.rule for task in server.tasks() if task.rule != "TRA-08"}
    assert told == {3: "TRA-07", 4: "TRA-10"}  # the third is for one of ours, but its message is not


def test_a_mailbox_lists_without_names(server: Server) -> None:
    server.collect(mailed())

    (row,) = server.envelopes("in")
    assert row.source == Incoming(source="uid-1", size=1, modified=NOW).label


def test_a_message_in_the_store_names_its_envelope(server: Server) -> None:
    server.collect(mailed())

    with server.store.reading() as query:
        (row,) = query.messages()
        assert (row.source, row.state) == ("envelope 1", MessageState.RECEIVED)
