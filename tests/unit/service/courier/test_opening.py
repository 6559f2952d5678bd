"""What a mail with a message says, and why it is refused or held."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date, timedelta

import envelopes
import mails
import pytest
from envelopes import MESSAGE_ID, attribute, changed
from mails import OFFICE, REFERRAL, fixture, mailed, standards
from opened import code_of, rule_of, said_of
from pki import CLINIC, NOW, SINCE, UNTIL, key, world
from sealing import Craft

from adapter.envelope.answer import UNDECIPHERABLE
from adapter.envelope.header import PayloadReference, Service, Side
from adapter.envelope.signal import EbxmlMessage, ErrorCode
from adapter.message.code import Moment
from adapter.message.state import EnvelopeState
from adapter.partner.register import Partner
from adapter.service.courier.opening import Said, Standards, open_mail
from adapter.trust.pki import Purpose
from adapter.trust.verifier import Verifier
from adapter.wire.parse import Limits

# --- What is taken ------------------------------------------------------------------------------------------------


def test_a_message_comes_out_as_it_was_put_in() -> None:
    said = said_of(mailed())

    assert (said.state, said.document, said.rule, said.refusals) == (EnvelopeState.OPENED, REFERRAL, None, ())
    assert (said.facts.message_id, said.facts.sender_her, said.facts.action) == (MESSAGE_ID, "8990201", "HENVISNING")
    assert said.senders == (OFFICE,)
    assert dict(said.remarks) == {}


def test_what_was_signed_is_known_for_the_receipt() -> None:
    said = said_of(mailed())

    assert [reference.uri for reference in said.references] == ["", f"cid:{envelopes.PART}"]
    assert said.facts.digest is not None


def test_the_same_mail_has_the_same_digest_and_another_one_another() -> None:
    data = mailed()

    assert said_of(data).facts.digest == said_of(data).facts.digest != said_of(mailed()).facts.digest


@pytest.mark.parametrize("packing", [("gzip",), ("mime",), ("mime", "gzip"), ("gzip", "mime")])
def test_a_document_is_taken_out_of_its_packing(packing: tuple[str, ...]) -> None:
    assert said_of(mailed(packing=packing)).document == REFERRAL


@pytest.mark.parametrize(
    "craft",
    [
        Craft(cipher="aes-128-cbc"),
        Craft(is_open_ended=True, piece=1000, is_nested=True, has_other_recipients=True),
        Craft(transport="oaep-sha256", by_key_identifier=True),
    ],
    ids=str,
)
def test_what_others_encrypt_with_is_read(craft: Craft) -> None:
    said = said_of(mailed(craft=craft))

    assert (said.document, dict(said.remarks)) == (REFERRAL, {})


TRIPLE_DES = Craft(cipher="des-ede3-cbc")
#: With open lengths and for several, as old systems write it.
IN_PIECES = Craft(cipher="des-ede3-cbc", is_open_ended=True, piece=8, has_other_recipients=True)
EXCEPTED = replace(OFFICE, triple_des_until=NOW.date())


@pytest.mark.parametrize("craft", [TRIPLE_DES, IN_PIECES], ids=str)
def test_3des_is_taken_until_the_last_day_of_the_senders_exception_and_noted(craft: Craft) -> None:
    said = said_of(mailed(craft=craft), EXCEPTED)

    assert (said.state, said.document) == (EnvelopeState.OPENED, REFERRAL)
    assert dict(said.remarks) == {"cipher": "des-ede3-cbc"}


@pytest.mark.parametrize("until", [None, NOW.date() - timedelta(days=1)])
@pytest.mark.parametrize("craft", [TRIPLE_DES, IN_PIECES], ids=str)
def test_3des_is_refused_without_an_exception(craft: Craft, until: date | None) -> None:
    said = said_of(mailed(craft=craft), replace(OFFICE, triple_des_until=until))

    assert _refused(said) == ("TRA-14", ErrorCode.SECURITY_FAILURE)
    assert [refusal.text for refusal in said.refusals] == [
        "Vedlegget er kryptert med 3DES, som ikke godtas her. Bruk AES-256."
    ]
    assert dict(said.remarks) == {"cipher": "des-ede3-cbc"}
    assert said.may_be_told


def test_the_exception_of_another_party_lets_no_3des_through() -> None:
    other = replace(EXCEPTED, id="annet", her_ids=("8990301",), parent_her_id="8990300")

    assert rule_of(said_of(mailed(craft=TRIPLE_DES), OFFICE, other)) == "TRA-14"


def test_the_exception_for_sha1_lets_no_3des_through() -> None:
    assert rule_of(said_of(mailed(craft=TRIPLE_DES), replace(OFFICE, sha1_until=NOW.date()))) == "TRA-14"


def test_3des_that_a_person_releases_is_refused_all_the_same() -> None:
    said = said_of(mailed(craft=TRIPLE_DES), unverifiable="hold", verifier=Verifier(), is_released=True)

    assert rule_of(said) == "TRA-14"


def test_3des_is_judged_as_of_the_receipt() -> None:
    data, day = mailed(craft=TRIPLE_DES), timedelta(days=1)

    assert open_mail(data, standards(EXCEPTED), at=NOW - day).state is EnvelopeState.OPENED
    assert rule_of(open_mail(data, standards(EXCEPTED), at=NOW + day)) == "TRA-14"


@pytest.mark.parametrize(
    "craft",
    [
        TRIPLE_DES,
        replace(TRIPLE_DES, is_spoiled=True),
        replace(TRIPLE_DES, end=b"\x00"),
        replace(TRIPLE_DES, wrapped=b""),
    ],
    ids=["right", "a spoiled key", "no padding", "no key"],
)
def test_no_key_is_used_on_3des_that_is_refused(craft: Craft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapter.trust.cms.decrypt", _never)

    assert rule_of(said_of(mailed(craft=craft))) == "TRA-14"


def _never(*_: object, **__: object) -> object:
    raise AssertionError("something was decrypted")


def test_what_was_encrypted_for_an_older_certificate_of_ours_is_read() -> None:
    old = world().issuing.issue(CLINIC, key("old"), Purpose.ENCRYPTION, since=SINCE, until=NOW - timedelta(days=9))

    assert said_of(mailed(to=old), pairs=(world().encryption, old)).document == REFERRAL


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [("8990201", "8990101"), ("8990200", "8990101"), ("8990201", "8990100"), ("8990200", "8990100")],
)
def test_either_level_of_addressing_names_the_same_parties(sender: str, receiver: str) -> None:
    said = said_of(mailed(header=mails.addressed(sender, receiver)))

    assert (said.state, said.senders) == (EnvelopeState.OPENED, (OFFICE,))


def test_of_those_below_one_organisation_the_message_says_who_sent_it() -> None:
    other = replace(OFFICE, id="annet", her_ids=("8990202",))

    said = said_of(mailed(header=mails.addressed("8990200", "8990101")), other, OFFICE)

    assert (said.state, said.senders) == (EnvelopeState.OPENED, (OFFICE,))


def test_a_copy_is_for_somebody_else_than_the_first_receiver() -> None:
    said = said_of(mailed(fixture("henvisning-1.0-som-kopimottaker.xml")))

    assert said.state is EnvelopeState.OPENED
    assert "differs" not in said.remarks


def test_a_service_that_does_not_fit_the_content_is_noted_and_no_more() -> None:
    header = envelopes.header(service=Service("S-EPIKRISE", "kithService"), action="EPIKRISE")

    said = said_of(mailed(header=header))

    assert said.state is EnvelopeState.OPENED
    assert said.remarks["differs"] == ["Action", "Service"]


NAV = replace(OFFICE, id="nav", role="nav", her_ids=("79768",), parent_her_id=None)


@pytest.mark.parametrize("action", ["Kvittering", "Bekreftelse", "Svar"])
def test_navs_receipts_come_under_navs_actions(action: str) -> None:
    header = envelopes.header(
        sender=Side.of("79768", "Saksbehandler"),
        receiver=Side.of("8990200", "Sykmelder"),
        service=Service("HenvendelseFraLege", "string"),
        action=action,
        ref_to_message_id=envelopes.REPLY_ID,
    )
    data = mailed(fixture("apprec-1.0-nav-positiv.xml"), header=header)

    said = said_of(data, NAV, own=frozenset({"8990200", "8990201"}))

    assert (said.state, dict(said.remarks)) == (EnvelopeState.OPENED, {})


# --- What is no ebXML ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "ENV-02"),
        (b"Subject: Tilbud\r\n\r\nBare i dag!", "ENV-02"),
        (b"Content-Type: text/xml\r\n\r\n<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><", "FORM-01"),
        (REFERRAL, "ENV-02"),
    ],
    ids=["nothing", "an advertisement", "cut off", "a document"],
)
def test_what_is_no_ebxml_cannot_be_read(data: bytes, code: str) -> None:
    said = said_of(data)

    assert (said.state, rule_of(said), said.message) == (EnvelopeState.UNREADABLE, "TRA-01", None)
    assert dict(said.remarks) == {"error": code, "is_fault": False}


def test_a_soap_fault_is_known_for_one() -> None:
    soap = (
        '<SOAP:Envelope xmlns:SOAP="http://schemas.xmlsoap.org/soap/envelope/"><SOAP:Body><SOAP:Fault>'
        "<faultcode>SOAP:Client</faultcode><faultstring>Vakker Blomst</faultstring></SOAP:Fault></SOAP:Body>"
        "</SOAP:Envelope>"
    )

    said = said_of(b"Content-Type: text/xml\r\n\r\n" + soap.encode())

    assert dict(said.remarks) == {"error": "ENV-02", "is_fault": True}


def test_a_mail_beyond_the_limit_is_not_read() -> None:
    assert said_of(mailed(), largest_mail=1000).state is EnvelopeState.UNREADABLE


# --- The header ---------------------------------------------------------------------------------------------------


def _refused(said: Said) -> tuple[str, ErrorCode]:
    assert said.state is EnvelopeState.REFUSED
    assert said.document is None
    return rule_of(said), code_of(said)


def test_a_receiver_that_is_not_ours_is_refused() -> None:
    said = said_of(mailed(header=mails.addressed("8990201", "8990999")))

    assert _refused(said) == ("TRA-10", ErrorCode.VALUE_NOT_RECOGNIZED)
    assert said.facts.message_id == MESSAGE_ID


def test_a_message_that_came_too_late_is_refused() -> None:
    late = envelopes.header(time_to_live=Moment("2026-03-02T08:59:59Z"))

    assert _refused(said_of(mailed(header=late))) == ("TRA-10", ErrorCode.TIME_TO_LIVE_EXPIRED)


def test_a_message_without_id_is_refused_and_has_none() -> None:
    said = said_of(mailed(header=envelopes.header(message_id="")))

    assert _refused(said) == ("TRA-10", ErrorCode.VALUE_NOT_RECOGNIZED)
    assert said.facts.message_id is None


def test_a_block_that_must_be_understood_and_is_not_is_refused() -> None:
    xml = '<f:Ukjent xmlns:f="urn:f" SOAP:mustUnderstand="1"/>'

    said = said_of(envelopes.resealed(envelopes.more("SOAP:Header", xml)))

    assert _refused(said) == ("TRA-10", ErrorCode.NOT_SUPPORTED)


# --- The content --------------------------------------------------------------------------------------------------


def _undecipherable(data: bytes, *parties: Partner, **changes: object) -> None:
    said = said_of(data, *parties, **changes)
    assert (said.state, rule_of(said)) == (EnvelopeState.REFUSED, "TRA-06")
    assert said.refusals == (UNDECIPHERABLE,)
    assert dict(said.remarks) == {}


STRANGER = "for somebody else"


@pytest.mark.parametrize(
    "data",
    [
        lambda: mailed(to=world().issuing.issue(CLINIC, key("x"), Purpose.ENCRYPTION, since=SINCE, until=UNTIL)),
        lambda: mailed(craft=Craft(is_spoiled=True)),
        lambda: mailed(craft=Craft(end=b"\x00")),
        lambda: mailed(craft=Craft(end=b"\x07\x02")),
        lambda: mailed(craft=Craft(cut=1)),
        lambda: mailed(craft=Craft(cipher_oid="1.2.3")),
        lambda: mailed(octets=b"ingenting"),
        lambda: mailed(octets=REFERRAL),
        lambda: mailed(b"\x8a\x17ikke et dokument"),
        lambda: mailed(b""),
        lambda: mailed(REFERRAL[:-20]),
        lambda: mailed(REFERRAL + b"\x00"),
        lambda: mailed(b"\x1f\x8bikke gzip"),
        lambda: mailed(b"Content-Type: multipart/mixed\r\n\r\n"),
    ],
    ids=[
        STRANGER,
        "a spoiled key",
        "no padding",
        "wrong padding",
        "cut off",
        "an unknown cipher",
        "no CMS",
        "not encrypted",
        "no document",
        "empty",
        "half a document",
        "a document and more",
        "no gzip",
        "parts",
    ],
)
def test_every_content_that_cannot_be_decrypted_is_refused_in_the_same_words(data: object) -> None:
    _undecipherable(data())  # type: ignore[operator] - a row of the table


@pytest.mark.parametrize(
    "craft",
    [replace(TRIPLE_DES, is_spoiled=True), replace(TRIPLE_DES, end=b"\x00"), replace(TRIPLE_DES, cut=1)],
    ids=["a spoiled key", "no padding", "cut off"],
)
def test_3des_that_cannot_be_decrypted_is_refused_in_the_same_words(craft: Craft) -> None:
    _undecipherable(mailed(craft=craft), EXCEPTED)


def test_without_a_key_nothing_can_be_decrypted() -> None:
    _undecipherable(mailed(), pairs=())


@pytest.mark.parametrize("packing", [("gzip",), ("gzip", "gzip"), ("mime",), ()])
def test_a_content_that_grows_beyond_the_limit_is_refused(packing: tuple[str, ...]) -> None:
    document = b"<a>" + b" " * 2_000_000 + b"</a>"

    _undecipherable(mailed(document, packing=packing), largest_payload=1_000_000)


def test_gzip_within_gzip_within_gzip_is_not_followed_for_ever() -> None:
    content = REFERRAL
    for _ in range(8):
        content = gzip.compress(content)

    _undecipherable(mailed(content))


@pytest.mark.parametrize("number", [0, 2])
def test_an_envelope_carries_one_document(number: int) -> None:
    parts = tuple(envelopes.payload(content_id=f"{place}@a") for place in range(number))
    message = envelopes.message(manifest=tuple(PayloadReference(f"cid:{part.content_id}") for part in parts))

    said = said_of(_written(message, parts))

    assert _refused(said) == ("TRA-10", ErrorCode.NOT_SUPPORTED)


def _written(message: EbxmlMessage, parts: tuple[object, ...]) -> bytes:
    from adapter.envelope import package  # noqa: PLC0415 - the one test that writes several parts

    return package.write(message, parts, seal=envelopes.seal(), mail=envelopes.mail())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    ["apprec-1.1-positiv.xml", "frisklivssentral-henvisning-1.1.xml", "henvisning-1.1-ukjent-virksomhet.xml"],
)
def test_an_envelope_that_names_other_parties_than_the_message_is_refused(name: str) -> None:
    said = said_of(mailed(fixture(name)))

    assert _refused(said) == ("TRA-07", ErrorCode.INCONSISTENT)


def test_a_known_party_cannot_send_in_the_name_of_another() -> None:
    other = replace(OFFICE, id="annet", her_ids=("8990301",), parent_her_id="8990300")

    said = said_of(mailed(header=mails.addressed("8990301", "8990101")), OFFICE, other)

    assert _refused(said) == ("TRA-07", ErrorCode.INCONSISTENT)


@pytest.mark.parametrize(
    "document",
    [
        b"<Noe xmlns='urn:ukjent'/>",
        fixture("henvisning-1.0-uten-avsender.xml"),
        b"<!DOCTYPE MsgHead>" + fixture("henvisning-2.0-komplett.xml").partition(b"?>")[2],
    ],
    ids=["another standard", "no sender", "a document type"],
)
def test_what_the_checks_have_to_say_something_about_is_let_through(document: bytes) -> None:
    said = said_of(mailed(document))

    assert (said.state, said.document) == (EnvelopeState.OPENED, document)


def test_a_document_beyond_the_limits_is_let_through_to_the_checks() -> None:
    assert said_of(mailed(), limits=Limits(max_elements=3)).state is EnvelopeState.OPENED


def test_a_wreck_cannot_come_in_the_name_of_another_either() -> None:
    document = b"<!DOCTYPE MsgHead>" + fixture("frisklivssentral-henvisning-2.0.xml").partition(b"?>")[2]

    assert _refused(said_of(mailed(document))) == ("TRA-07", ErrorCode.INCONSISTENT)


# --- What message servers say to each other -----------------------------------------------------------------------


@pytest.mark.parametrize("data", [envelopes.receipt, envelopes.error])
def test_a_signal_is_taken_note_of(data: object) -> None:
    clinic = replace(OFFICE, id="klinikk", her_ids=("8990101",), parent_her_id="8990100")

    said = said_of(data(), clinic, own=frozenset({"8990201"}))  # type: ignore[operator] - one of two builders

    assert (said.state, said.facts.refers_to, said.senders) == (EnvelopeState.SIGNAL, MESSAGE_ID, (clinic,))
    assert not said.may_be_told


def test_a_signal_of_an_unknown_server_is_not_held() -> None:
    said = said_of(envelopes.receipt(), OFFICE, own=frozenset({"8990201"}), unverifiable="hold")

    assert (said.state, said.senders) == (EnvelopeState.SIGNAL, ())


def test_a_signal_whose_signer_cannot_be_checked_is_held() -> None:
    clinic = replace(OFFICE, id="klinikk", her_ids=("8990101",), parent_her_id="8990100")

    said = said_of(envelopes.receipt(), clinic, own=frozenset({"8990201"}), unverifiable="hold", verifier=Verifier())

    assert said.state is EnvelopeState.HELD


def test_a_signal_that_a_person_releases_is_taken_note_of() -> None:
    clinic = replace(OFFICE, id="klinikk", her_ids=("8990101",), parent_her_id="8990100")

    said = said_of(
        envelopes.receipt(),
        clinic,
        own=frozenset({"8990201"}),
        unverifiable="hold",
        verifier=Verifier(),
        is_released=True,
    )

    assert said.state is EnvelopeState.SIGNAL


@pytest.mark.parametrize("data", [envelopes.receipt, envelopes.error])
def test_a_receipt_or_an_error_that_is_refused_is_not_answered(data: object) -> None:
    said = said_of(changed(data(), attribute("SOAP:Header/eb:MessageHeader", f"{{{envelopes.EB}}}id", "x")))  # type: ignore[operator] - one of two builders

    assert said.state is EnvelopeState.REFUSED
    assert not said.may_be_told


def test_what_contradicts_itself_is_refused_and_not_answered_where_it_may_be_an_error() -> None:
    error = envelopes.message_error(envelopes.message(), [UNDECIPHERABLE], envelopes.STAMP)
    both = replace(error, acknowledgment=None, ack_requested=envelopes.AckRequested())
    header = replace(both.header, sender=Side.of("8990201"), receiver=Side.of("8990101"), action="Noe")

    said = said_of(mails.signal(replace(both, header=header)))

    assert _refused(said) == ("TRA-10", ErrorCode.INCONSISTENT)
    assert not said.may_be_told


def test_a_refused_message_may_be_answered() -> None:
    assert said_of(mailed(signer=world().expired)).may_be_told


def test_nothing_is_answered_that_is_no_ebxml() -> None:
    assert not said_of(b"").may_be_told


def test_nothing_of_a_person_is_told(caplog: pytest.LogCaptureFixture) -> None:
    said = said_of(mailed(header=mails.addressed("8990777", "8990101")))

    assert "Syntetisk" not in repr(said.remarks) + caplog.text


def test_the_standards_show_no_keys() -> None:
    shown: Standards = standards()

    assert "pairs" not in repr(shown)
