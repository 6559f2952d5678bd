"""What an envelope says follows from the message inside, and is held against it."""

from __future__ import annotations

from dataclasses import replace

import building
import envelopes
import pytest
from envelopes import SOFTWARE, STAMP

from adapter import resources
from adapter.envelope.addressing import (
    Coupling,
    Mismatch,
    Way,
    coupling,
    header,
    mismatches,
    parties,
    receipt_coupling,
    way,
)
from adapter.envelope.header import MessageHeader, Service, Side
from adapter.message import Code, Kind, Message, Organisation
from adapter.message.party import Party
from adapter.wire import read

MESSAGES = resources.fixtures() / "messages"
DOCTOR = "Sykmelder", "Saksbehandler"
CASEWORKER = "Saksbehandler", "Sykmelder"


def fixture(name: str) -> Message:
    return read((MESSAGES / f"{name}.xml").read_bytes())


def made(message: Message, **changes: object) -> MessageHeader:
    found = header(message, STAMP, conversation_id=envelopes.CONVERSATION, **changes)
    assert found is not None
    return found


def test_service_action_and_roles_follow_from_the_type() -> None:
    """HISD 1209."""
    assert coupling(building.referral()) == Coupling(
        service="S-HENVISNING",
        action="HENVISNING",
        sender_role="HENVISNINGsender",
        receiver_role="HENVISNINGreceiver",
        kind="kithService",
    )


def test_the_oldest_standards_have_their_types_by_other_codes() -> None:
    found = coupling(fixture("henvisning-1.1-komplett"))

    assert found is not None
    assert found.service == "S-HENVISNING"


def test_a_referral_goes_from_service_to_service() -> None:
    found = made(building.referral())

    assert found == MessageHeader(
        sender=Side.of("8990201", "HENVISNINGsender"),
        receiver=Side.of("8990101", "HENVISNINGreceiver"),
        cpa_id="8990101_8990201",
        conversation_id=envelopes.CONVERSATION,
        service=Service("S-HENVISNING", "kithService"),
        action="HENVISNING",
        message_id=STAMP.message_id,
        timestamp=STAMP.timestamp,
        eliminates_duplicates=True,
        descriptions=(SOFTWARE.description(),),
    )


@pytest.mark.parametrize(
    ("name", "service", "action"),
    [
        ("dialogmelding-1.0-nav-ikke-sykmeldt", "HenvendelseFraLege", "Henvendelse"),
        ("dialogmelding-1.0-nav-svar", "ForesporselFraSaksbehandler", "ForesporselSvar"),
        ("dialogmelding-1.0-nav-moterespons", "DialogmoteInnkalling", "MoteRespons"),
    ],
)
def test_what_is_for_nav_goes_by_navs_table(name: str, service: str, action: str) -> None:
    message = fixture(name)
    found = coupling(message)

    assert way(message) is Way.TO_NAV
    assert found is not None
    assert (found.service, found.action, found.kind) == (service, action, "string")
    assert (found.sender_role, found.receiver_role) == DOCTOR


@pytest.mark.parametrize(
    ("kind", "service", "action", "role"),
    [
        (Kind.SYKMELDING, "Sykmelding", "Registrering", "Sykmelder"),
        (Kind.LEGEERKLAERING, "Legemelding", "Legeerklaring", "Lege"),
    ],
)
def test_statements_for_nav_have_services_and_roles_of_their_own(
    kind: Kind, service: str, action: str, role: str
) -> None:
    found = coupling(building.dialogue(kind=kind, type=Code("SYKMELD"), documents=()))

    assert found is not None
    assert (found.service, found.action) == (service, action)
    assert (found.sender_role, found.receiver_role) == (role, "Saksbehandler")


@pytest.mark.parametrize(
    ("name", "service", "action"),
    [
        ("dialogmelding-1.0-nav-innkalling-til-mote", "DialogmoteInnkalling", "MoteInnkalling"),
        ("dialogmelding-1.0-nav-endring-av-mote", "DialogmoteInnkalling", "MoteInnkalling"),
        ("dialogmelding-1.0-nav-foresporsel", "ForesporselFraSaksbehandler", "Foresporsel"),
        ("dialogmelding-1.0-nav-paminnelse", "ForesporselFraSaksbehandler", "Foresporsel"),
        ("dialogmelding-1.0-nav-friskmelding", "HenvendelseFraSaksbehandler", "Henvendelse"),
        ("dialogmelding-1.0-nav-referat", "HenvendelseFraSaksbehandler", "Henvendelse"),
        ("dialogmelding-1.0-nav-oppfolgingsplan", "Oppfolgingsplan", "Plan"),
    ],
)
def test_what_nav_sends_goes_by_navs_table(name: str, service: str, action: str) -> None:
    message = fixture(name)
    found = coupling(message)

    assert way(message) is Way.FROM_NAV
    assert found is not None
    assert (found.service, found.action) == (service, action)
    assert (found.sender_role, found.receiver_role) == CASEWORKER


@pytest.mark.parametrize(
    "message",
    [
        building.apprec(),
        building.referral(receiver=building.party("79768")),
        building.dialogue(sender=building.party("79768"), receiver=building.party("1"), documents=()),
        building.dialogue(type=None, receiver=building.party("1")),
    ],
    ids=["a receipt", "a referral to NAV", "nothing from NAV", "no type"],
)
def test_what_no_table_knows_has_no_coupling(message: Message) -> None:
    assert coupling(message) is None
    assert header(message, STAMP, conversation_id=envelopes.CONVERSATION) is None


def test_the_parties_are_named_by_themselves_and_with_nav_by_their_organisations() -> None:
    """HIS 1153-3; NAV, level 1."""
    assert parties(building.referral()) == ("8990201", "8990101")
    assert parties(building.dialogue()) == ("8990200", "79768")
    assert parties(building.referral(sender=None)) == (None, "8990101")
    assert parties(building.referral(sender=Party(organisation=Organisation()))) == (None, "8990101")


def test_an_agreement_is_used_where_there_is_one() -> None:
    assert made(building.dialogue(), agreement="nav:qass:35065").cpa_id == "nav:qass:35065"
    assert made(building.dialogue()).cpa_id == "79768_8990200"


def test_a_message_without_an_address_gets_no_header() -> None:
    assert header(building.referral(receiver=None), STAMP, conversation_id=envelopes.CONVERSATION) is None


def test_a_receipt_keeps_the_service_and_exchanges_the_roles() -> None:
    original = made(building.referral())

    assert receipt_coupling(original) == Coupling(
        service="S-HENVISNING",
        action="APPREC",
        sender_role="HENVISNINGreceiver",
        receiver_role="HENVISNINGsender",
        kind="kithService",
    )


def test_a_receipt_to_nav_has_an_action_of_navs() -> None:
    original = made(fixture("dialogmelding-1.0-nav-foresporsel"))
    receipt = building.apprec(sender=building.party("8990200", "8990201"), receiver=building.party("79768"))

    found = made(receipt, original=original)

    assert (found.service, found.action) == (Service("ForesporselFraSaksbehandler", "string"), "Kvittering")
    assert (found.sender, found.receiver) == (Side.of("8990200", "Sykmelder"), Side.of("79768", "Saksbehandler"))


def test_a_receipt_of_a_service_without_type_has_the_usual_one() -> None:
    plain = replace(envelopes.header(), service=Service("S-EPIKRISE"))

    assert receipt_coupling(plain).kind == "kithService"
    assert receipt_coupling(replace(plain, sender=Side.of("79768"))).kind == "string"


@pytest.mark.parametrize(
    "name",
    [
        "henvisning-1.1-komplett",
        "dialogmelding-1.0-nav-svar",
        "dialogmelding-1.0-nav-foresporsel",
        "dialogmelding-1.1-helsefaglig-svar",
    ],
)
def test_a_header_made_for_a_message_is_right_for_it(name: str) -> None:
    message = fixture(name)

    assert mismatches(made(message), message) == ()


def test_either_level_of_addressing_is_taken() -> None:
    message = building.referral()
    found = replace(made(message), sender=Side.of("8990200", "HENVISNINGsender"))

    assert mismatches(found, message) == ()


def test_a_header_for_another_message_is_told_by_element() -> None:
    wrong = envelopes.header(
        sender=Side.of("1", "EPIKRISEsender"),
        receiver=Side(),
        service=Service("S-EPIKRISE"),
        action="EPIKRISE",
    )

    assert mismatches(wrong, building.referral()) == (
        Mismatch("From", "1", "8990200 or 8990201"),
        Mismatch("To", "", "8990100 or 8990101"),
        Mismatch("Service", "S-EPIKRISE", "S-HENVISNING"),
        Mismatch("Action", "EPIKRISE", "HENVISNING"),
        Mismatch("From/Role", "EPIKRISEsender", "HENVISNINGsender"),
    )


def test_both_names_of_an_answer_to_an_invitation_are_taken() -> None:
    message = fixture("dialogmelding-1.0-nav-moterespons")

    assert mismatches(replace(made(message), action="MoteInnkalling"), message) == ()


@pytest.mark.parametrize(
    ("receipt", "action", "is_right"),
    [
        (building.apprec(), "Bekreftelse", True),
        (building.apprec(), "Svar", True),
        (building.apprec(), "APPREC", False),
        (building.apprec(sender=building.party("1")), "APPREC", True),
        (building.apprec(sender=building.party("1")), "Svar", False),
    ],
)
def test_a_receipt_is_known_by_its_action(receipt: Message, action: str, is_right: bool) -> None:  # noqa: FBT001 - a table of cases
    found = envelopes.header(
        sender=Side.of(receipt.sender.her_id or ""), receiver=Side.of(receipt.receiver.her_id or ""), action=action
    )

    assert (mismatches(found, receipt) == ()) is is_right


def test_a_message_of_no_type_is_held_against_its_parties_alone() -> None:
    assert mismatches(envelopes.header(), building.referral(kind=Kind.OTHER, type=None, documents=())) == ()


def test_what_names_nobody_is_not_held_against_the_header() -> None:
    message = building.referral(sender=None, receiver=None)

    assert [one.element for one in mismatches(envelopes.header(), message)] == []
