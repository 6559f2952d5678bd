"""Whether an envelope is taken for its sender's: its signature, and who signed it."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date, timedelta

import envelopes
import mails
import pytest
from envelopes import MESSAGE_ID, changed, without
from lxml import etree
from mails import OFFICE, REFERRAL, mailed, standards
from opened import code_of, rule_of, said_of
from pki import CLINIC, NOW, SINCE, UNTIL, key, world

from adapter.envelope.header import NEXT_MSH
from adapter.envelope.signal import ErrorCode
from adapter.message.state import EnvelopeState
from adapter.partner.register import Partner
from adapter.partner.snapshot import Credential, Snapshot, Use
from adapter.service.courier.opening import open_mail
from adapter.trust.pki import Pair, Purpose
from adapter.trust.standing import Answer, Standing
from adapter.trust.verifier import Verifier

# --- The signature ------------------------------------------------------------------------------------------------


def _not_ours(data: bytes, **changes: object) -> None:
    said = said_of(data, **changes)
    assert (said.state, rule_of(said), code_of(said)) == (EnvelopeState.REFUSED, "TRA-05", ErrorCode.SECURITY_FAILURE)
    assert said.document is None
    # nobody can take away an id by claiming it
    assert (said.facts.message_id, said.remarks["message_id"]) == (None, MESSAGE_ID)


@pytest.mark.parametrize(
    "change",
    [
        without("SOAP:Header/ds:Signature"),
        envelopes.text("SOAP:Header/eb:MessageHeader/eb:Action", "EPIKRISE"),
        envelopes.text("SOAP:Header/eb:MessageHeader/eb:From/eb:PartyId", "8990301"),
        without("SOAP:Header/eb:AckRequested"),
    ],
    ids=["unsigned", "another action", "another sender", "no wish for a receipt"],
)
def test_an_envelope_that_was_changed_is_refused(change: object) -> None:
    _not_ours(changed(mailed(), change))  # type: ignore[arg-type] - a change of the table


def test_a_content_that_was_changed_is_refused() -> None:
    _not_ours(mails.tampered(mailed(), lambda octets: octets[:-1] + bytes((octets[-1] ^ 1,))))


def test_a_header_that_is_not_signed_has_no_say() -> None:
    def before(root: etree._Element) -> None:
        real = envelopes.one(root, "SOAP:Header/eb:MessageHeader")
        forged = copy.deepcopy(real)
        forged.set(f"{{{envelopes.SOAP}}}actor", NEXT_MSH)
        envelopes.one(forged, "eb:To/eb:PartyId").text = "8990100"
        real.addprevious(forged)

    # blocks for the next server on the way are not signed, so anybody may put one there
    said = said_of(envelopes.changed(mailed(), before))

    assert (said.state, rule_of(said)) == (EnvelopeState.REFUSED, "TRA-05")


@pytest.mark.parametrize("name", ["foreign", "expired", "wrong_usage"])
def test_a_certificate_that_is_not_good_is_refused(name: str) -> None:
    pair: Pair = getattr(world(), name)
    _not_ours(mailed(signer=pair))


def test_a_certificate_that_was_taken_back_is_refused() -> None:
    class Revoked:
        def ask(self, *_: object) -> Answer:
            return Answer(standing=Standing.REVOKED, evidence="taken back")

    verifier = Verifier(anchors=world().anchors, revocations=Revoked())  # type: ignore[arg-type] - says no to all

    _not_ours(mailed(), verifier=verifier)


def test_a_certificate_is_judged_as_of_the_receipt() -> None:
    data = mailed(signer=world().expired)

    assert open_mail(data, standards(), at=NOW - timedelta(days=60)).state is EnvelopeState.OPENED


@pytest.mark.parametrize("until", [None, NOW.date() - timedelta(days=1)])
def test_sha1_is_refused_without_an_exception(until: date | None) -> None:
    said = said_of(mails.weakened(mailed()), replace(OFFICE, sha1_until=until))

    assert (said.state, rule_of(said)) == (EnvelopeState.REFUSED, "TRA-05")


def test_sha1_is_taken_until_the_last_day_of_the_senders_exception() -> None:
    assert said_of(mails.weakened(mailed()), replace(OFFICE, sha1_until=NOW.date())).state is EnvelopeState.OPENED


# --- The signer ---------------------------------------------------------------------------------------------------


def _snapshot(*signers: Pair, **changes: object) -> Snapshot:
    credentials = tuple(Credential(Use.SIGNING, pair.certificate.der) for pair in signers)
    return replace(Snapshot(name="a", her_ids=("8990201",), taken_at=NOW, credentials=credentials), **changes)


def test_the_signer_is_one_of_those_that_the_senders_register_entry_names() -> None:
    office = replace(OFFICE, snapshots=(_snapshot(world().renewed, world().signing),), organisation_number="111111111")

    assert said_of(mailed(), office).state is EnvelopeState.OPENED


def test_another_certificate_than_the_register_names_is_refused_although_the_number_fits() -> None:
    office = replace(OFFICE, snapshots=(_snapshot(world().renewed),))

    said = said_of(mailed(), office)

    assert (said.state, said.remarks["signer"]) == (EnvelopeState.REFUSED, "not the sender's")


def test_the_certificates_of_the_agreement_with_us_count() -> None:
    ours = _snapshot(world().signing, counterparts=("8990100",), agreement="test:1")
    office = replace(OFFICE, snapshots=(_snapshot(world().renewed), ours))

    assert said_of(mailed(), office).state is EnvelopeState.OPENED


@pytest.mark.parametrize(
    ("told", "is_taken"),
    [
        ("test:1", True),
        ("test:2", False),
        ("test:ended", False),
        ("8f6c1f0a-7f0b-4a67-9d68-0d7b0a1f7c55", False),
        ("8990101_8990201", True),
    ],
)
def test_a_message_goes_by_an_agreement_that_is_known_and_holds(told: str, *, is_taken: bool) -> None:
    """HITS 1172, rules 110 to 114; an agreement with somebody else is none with us."""
    ours = _snapshot(world().signing, counterparts=("8990100",), agreement="test:1")
    ended = replace(ours, agreement="test:ended", valid_until=NOW - timedelta(days=1))
    others = replace(ours, agreement="test:2", counterparts=("8990300",))
    office = replace(OFFICE, snapshots=(ours, ended, others))

    said = said_of(mailed(header=mails.addressed("8990201", "8990101", cpa_id=told)), office)

    assert said.state is (EnvelopeState.OPENED if is_taken else EnvelopeState.REFUSED)
    assert [one.location for one in said.refusals] == [
        "/SOAP:Envelope/SOAP:Header/eb:MessageHeader/eb:CPAId" for _ in range(not is_taken)
    ]


def test_without_an_agreement_any_is_taken() -> None:
    header = mails.addressed("8990201", "8990101", cpa_id="nav:12345")

    assert said_of(mailed(header=header)).state is EnvelopeState.OPENED


def test_without_known_certificates_the_number_of_the_organisation_must_fit() -> None:
    office = replace(OFFICE, organisation_number="111222333")

    said = said_of(mailed(), office)

    assert (said.state, said.remarks["signer"]) == (EnvelopeState.REFUSED, "not the sender's")


def test_the_number_may_stand_in_the_register_only() -> None:
    office = replace(OFFICE, organisation_number=None, snapshots=(_snapshot(organisation_number=mails.NUMBER),))

    assert said_of(mailed(), office).state is EnvelopeState.OPENED


def _unanswered() -> Verifier:
    """Return a verifier whose issuers are out of reach."""

    class Silent:
        def ask(self, *_: object) -> Answer:
            return Answer(standing=Standing.UNKNOWN, evidence="out of reach")

    return Verifier(anchors=world().anchors, revocations=Silent())  # type: ignore[arg-type] - answers nothing


def _pinned() -> Partner:
    return replace(OFFICE, snapshots=(_snapshot(world().signing),))


#: The signer is known, and something more cannot be checked.
UNCHECKED = [
    ({"verifier": _unanswered()}, (OFFICE,), "revocation unknown"),
    ({"verifier": Verifier()}, (_pinned(),), "no roots"),
]
#: Who signed is not known.
UNKNOWN = [
    ({"verifier": Verifier()}, (OFFICE,), "no roots"),
    ({}, (replace(OFFICE, organisation_number=None),), "nothing known to compare with"),
]


@pytest.mark.parametrize(("changes", "parties", "reason"), UNCHECKED + UNKNOWN)
def test_a_signer_that_cannot_be_checked_is_held(
    changes: dict[str, object], parties: tuple[Partner, ...], reason: str
) -> None:
    said = said_of(mailed(), *parties, unverifiable="hold", **changes)

    assert (said.state, rule_of(said), said.document) == (EnvelopeState.HELD, "TRA-09", None)
    assert said.remarks["signer"] == reason
    assert said.facts.message_id == MESSAGE_ID


@pytest.mark.parametrize(("changes", "parties", "reason"), UNCHECKED)
def test_a_signer_that_cannot_be_checked_is_let_through_where_that_is_configured(
    changes: dict[str, object], parties: tuple[Partner, ...], reason: str
) -> None:
    said = said_of(mailed(), *parties, unverifiable="continue", **changes)

    assert (said.state, said.remarks["signer"]) == (EnvelopeState.OPENED, reason)


@pytest.mark.parametrize(("changes", "parties", "reason"), UNKNOWN)
def test_a_signer_of_whom_nothing_is_known_is_held_whatever_is_configured(
    changes: dict[str, object], parties: tuple[Partner, ...], reason: str
) -> None:
    said = said_of(mailed(), *parties, unverifiable="continue", **changes)

    assert (said.state, said.remarks["signer"], said.document) == (EnvelopeState.HELD, reason, None)


def test_a_certificate_that_names_the_sender_and_nobody_trusted_issued_is_held_whatever_is_configured() -> None:
    forger = world().foreign_root.issue(CLINIC, key("foreign-holder"), Purpose.SIGNING, since=SINCE, until=UNTIL)

    said = said_of(mailed(signer=forger), unverifiable="continue")

    assert (said.state, said.remarks["signer"], said.document) == (EnvelopeState.HELD, "no chain", None)


def test_what_a_person_releases_goes_on() -> None:
    said = said_of(mailed(), unverifiable="hold", verifier=Verifier(), is_released=True)

    assert (said.state, said.document) == (EnvelopeState.OPENED, REFERRAL)


def test_a_person_cannot_release_what_is_wrong() -> None:
    assert said_of(mailed(signer=world().expired), is_released=True).state is EnvelopeState.REFUSED


@pytest.mark.parametrize("unverifiable", ["hold", "continue"])
def test_an_unknown_sender_is_held_whatever_is_configured(unverifiable: str) -> None:
    said = said_of(mailed(header=mails.addressed("8990777", "8990101")), unverifiable=unverifiable)

    assert (said.state, said.remarks["signer"], said.senders) == (EnvelopeState.HELD, "unknown sender", ())
