"""The national test cases for AppRec, system tests: messages that are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from installed import FIXTURES, Install, Installation, built, fixture, said
from receipted import ELSEWHERE, REFERRAL, answered, by_role, copied_to, delivery_state, only, roles, several_faults, to

from adapter.config import build
from adapter.flow.decision import OPERATOR
from adapter.message.state import DeliveryState, MessageState
from adapter.trust.certificate import Certificate
from adapter.trust.chain import Anchors
from adapter.trust.standing import Answer, Standing
from adapter.trust.verifier import Verifier


def refused(house: Installation, data: bytes) -> tuple[str | None, list[str | None]]:
    """Send what is to be refused: nothing is delivered. Return what its sender was told."""
    row = house.send(data)
    assert row.state is MessageState.REJECTED
    assert house.contents() == []
    return said(only(house.receipts()))


def test_system_16_what_cannot_be_read_is_refused_at_once(house: Installation) -> None:
    assert refused(house, fixture("henvisning-1.1-avkortet.xml")) == ("2", ["T01"])


def test_system_17_an_address_without_the_organisation_is_unknown(house: Installation) -> None:
    assert refused(house, built("henvisning-1.1", {"receiver": to("8990101", top=None)})) == ("2", ["E21"])


def test_system_18_an_address_without_the_service_is_unknown(house: Installation) -> None:
    assert refused(house, built("henvisning-1.1", {"receiver": to(None)})) == ("2", ["E21"])


def test_system_19_a_person_nobody_knows_is_unknown_and_mirrored(house: Installation) -> None:
    person = {"name": "Sindig Fjord", "her_id": "8990188"}

    assert refused(house, built("henvisning-1.1", {"receiver": to(None, professional=person)})) == ("2", ["E21"])
    sender = only(house.receipts()).sender
    assert sender is not None
    assert sender.her_ids() == ("8990100", "8990188")


def test_system_20_a_service_nobody_knows_is_unknown_and_mirrored(house: Installation) -> None:
    assert refused(house, fixture("henvisning-1.1-ukjent-tjeneste.xml")) == ("2", ["E21"])
    sender = only(house.receipts()).sender
    assert sender is not None
    assert sender.her_ids() == ("8990100", "8990199")


def test_system_21_a_message_for_somebody_else_is_not_answered(house: Installation) -> None:
    row = house.send(fixture("henvisning-1.1-ukjent-virksomhet.xml"))

    assert row.state is MessageState.QUARANTINED
    assert (house.receipts(), house.contents()) == ([], [])
    assert house.tasks() == [("MSG-07", OPERATOR)]


def test_system_22_a_message_in_the_wrong_envelope_can_be_refused(install: Install) -> None:
    """The guide contradicts the test (HITS 1168 5.3), so the setting decides."""
    house = install(foreign_organisation="E21")

    assert refused(house, fixture("henvisning-1.1-ukjent-virksomhet.xml")) == ("2", ["E21"])
    sender = only(house.receipts()).sender
    assert sender is not None
    assert sender.her_ids() == ("8990900", "8990901")


def test_system_23_a_system_that_does_not_know_the_patient_says_so(install: Install) -> None:
    """Only a system with a journal can know: its answer is carried as it is."""
    house = install(systems=("referrer",))
    letter = fixture("epikrise-1.1-komplett.xml")
    house.send(letter, "clinic")

    answer = answered(letter, "2", "E35")
    house.send(answer, "referrer")

    assert answer in house.held_by("clinic")
    assert ("REC-05", "clinic") in house.tasks()


@pytest.mark.parametrize(
    ("name", "status", "errors"),
    [
        ("henvisning-1.1-utilstrekkelig-pasient.xml", "2", ["E36"]),
        ("henvisning-1.1-oyeblikkelig-hjelp-ukjent-pasient.xml", "1", []),
    ],
)
def test_system_24_a_patient_nobody_can_know_is_refused_but_in_an_emergency(
    house: Installation, name: str, status: str, errors: list[str]
) -> None:
    row = house.send(fixture(name))

    assert row.state is (MessageState.HELD if status == "1" else MessageState.REJECTED)
    assert said(only(house.receipts())) == (status, errors)


def test_system_25_a_system_that_cannot_treat_the_message_refuses_it(install: Install) -> None:
    house = install(systems=("clinic",))
    row = house.send(fixture(REFERRAL))
    house.wait(timedelta(hours=2))

    house.send(answered(fixture(REFERRAL), "2", "X99"), "clinic")

    assert said(only(house.receipts())) == ("2", ["X99"])
    assert delivery_state(house, row.id) is DeliveryState.REJECTED
    assert ("REC-05", "referrer") in house.tasks()


def test_system_26_several_faults_are_told_at_once(house: Installation) -> None:
    assert refused(house, several_faults()) == ("2", ["E10", "E21"])


def test_system_27_a_system_that_refuses_by_hand_in_time_is_heard(install: Install) -> None:
    house = install(systems=("clinic",))
    row = house.send(fixture(REFERRAL))
    house.wait(timedelta(hours=95))

    house.send(answered(fixture(REFERRAL), "2", "E36"), "clinic")

    assert said(only(house.receipts())) == ("2", ["E36"])
    assert delivery_state(house, row.id) is DeliveryState.REJECTED


def test_system_28_an_id_that_is_no_uuid_is_refused(house: Installation) -> None:
    assert refused(house, fixture("henvisning-1.1-msgid-ikke-uuid.xml")) == ("2", ["E10"])


class TakenBack:
    """Says of every certificate that it was taken back."""

    def ask(self, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:  # noqa: ARG002 - of any
        return Answer(standing=Standing.REVOKED, evidence="The list says so.", revoked_at=at)


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the authorities of the fixtures be believed."""
    monkeypatch.setattr(build, "verifier", lambda *_: Verifier(anchors=Anchors.load(FIXTURES / "trust")))


@pytest.mark.usefixtures("trusting")
def test_system_29_a_signature_of_something_else_is_refused(install: Install) -> None:
    assert refused(install(), fixture("henvisning-2.0-signatur-endret-etterpa.xml")) == ("2", ["S01"])


@pytest.mark.usefixtures("trusting")
def test_system_30_an_invalid_certificate_is_refused(install: Install) -> None:
    assert refused(install(), fixture("henvisning-2.0-signatur-utlopt-sertifikat.xml")) == ("2", ["S02"])


def test_system_31_a_revoked_certificate_is_refused(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    anchors = Anchors.load(FIXTURES / "trust")
    monkeypatch.setattr(build, "verifier", lambda *_: Verifier(anchors=anchors, revocations=TakenBack()))

    assert refused(install(), fixture("henvisning-2.0-med-signatur.xml")) == ("2", ["S03"])


def test_system_32_what_is_not_valid_by_its_schema_is_refused(house: Installation) -> None:
    assert refused(house, fixture("henvisning-1.1-mangler-obligatorisk.xml")) == ("2", ["T02"])


def test_system_33_what_the_receiver_does_not_take_is_refused(house: Installation) -> None:
    assert refused(house, fixture("sykmelding-til-klinikk.xml")) == ("2", ["T10"])


def test_system_34_what_is_not_well_formed_is_refused(house: Installation) -> None:
    assert refused(house, fixture("henvisning-1.1-ikke-velformet.xml")) == ("2", ["T01"])


def test_system_36_an_unknown_receiver_is_refused_as_prim(house: Installation) -> None:
    house.send(built("henvisning-1.1", {"receiver": to("8990199"), "other_receivers": copied_to(ELSEWHERE)}))

    assert by_role(house) == {"PRIM": ("2", ["E21"])}


def test_system_37_an_unknown_receiver_who_asked_is_refused_as_req(house: Installation) -> None:
    letter = fixture("epikrise-1.1-komplett.xml").replace(b"<Id>8990201</Id>", b"<Id>8990299</Id>")

    house.send(letter, "clinic")

    assert [
        (roles(receipt)[0], said(receipt))
        for receipt in house.receipts("clinic")
        if receipt.sender and receipt.sender.her_id == "8990299"
    ] == [("REQ", ("2", ["E21"]))]


def test_system_38_an_unknown_receiver_who_serves_is_refused_as_spr(house: Installation) -> None:
    house.send(built("henvisning-1.0", {"receiver": to("8990199"), "other_receivers": copied_to(ELSEWHERE)}))

    assert by_role(house) == {"SPR": ("2", ["E21"])}


def test_system_39_an_unknown_copy_recipient_is_refused_as_cop(house: Installation) -> None:
    house.send(built("henvisning-1.1", {"receiver": ELSEWHERE, "other_receivers": copied_to(to("8990199"))}))

    assert by_role(house) == {"COP": ("2", ["E21"])}


def test_system_40_two_unknown_recipients_are_refused_once_each(house: Installation) -> None:
    data = built("henvisning-1.1", {"receiver": to("8990199"), "other_receivers": copied_to(to("8990198"))})

    first, again = house.send(data), house.send(data)

    assert (first.state, again.state) == (MessageState.REJECTED, MessageState.IGNORED)
    assert by_role(house) == {"PRIM": ("2", ["E21"]), "COP": ("2", ["E21"])}
    assert len(house.receipts()) == 2


def test_system_41_a_wrong_message_that_comes_again_is_not_answered_again(house: Installation) -> None:
    data = fixture("henvisning-1.1-utilstrekkelig-pasient.xml")

    first, again = house.send(data), house.send(data)

    assert (first.state, again.state) == (MessageState.REJECTED, MessageState.IGNORED)
    assert said(only(house.receipts())) == ("2", ["E36"])


def test_system_42_no_receipt_within_96_hours_of_gendate_is_an_alarm(install: Install) -> None:
    """What the receiver may do after that was changed by errata: a late receipt is still taken."""
    house = install(systems=("clinic",))
    row = house.send(fixture(REFERRAL))
    generated = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)

    house.stage.move_to(generated + timedelta(hours=96, seconds=-1))
    assert ("REC-07", "referrer") not in house.tasks()
    house.stage.move_to(generated + timedelta(hours=96))

    assert ("REC-07", "referrer") in house.tasks()
    assert delivery_state(house, row.id) is DeliveryState.OVERDUE
