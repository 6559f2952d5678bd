"""A schema-invalid message is let through only where every fault has a known shape."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapter import resources
from adapter.check import tolerance
from adapter.check.finding import Report, Severity, Verdict
from adapter.message import Message
from adapter.wire import write

Build = Callable[..., Message]
Check = Callable[..., Report]

ID = "8f1d2c3b-4a59-4687-9788-a1b2c3d4e5f6"
REVERSED = "<RefToConversation>c</RefToConversation><RefToParent>p</RefToParent>"
SHAPES = {
    "organisation-without-name": ("<OrganisationName>Vakker Blomst legekontor</OrganisationName>", ""),
    "conversation-reversed": (
        f"<RefToParent>{ID}</RefToParent><RefToConversation>{ID}</RefToConversation>",
        REVERSED,
    ),
    "ack-after-conversation": ("</ConversationRef>", '</ConversationRef><Ack V="J" DN="Ja"/>'),
    "short-date": ("<DateOfBirth>1984-03-14</DateOfBirth>", "<DateOfBirth>1984-3-14</DateOfBirth>"),
    "telecom-reversed": (
        '<TypeTelecom V="HP" DN="Hovedtelefon"/><TeleAddress V="tel:90000001"/>',
        '<TeleAddress V="tel:90000001"/><TypeTelecom V="HP" DN="Hovedtelefon"/>',
    ),
    "misplaced-schema-location": ("<MsgHead ", '<MsgHead xmlns:x="http://www.w3.org/x" x:schemaLocation="a b" '),
}


def _broken(message: Message, *changes: tuple[str, str]) -> bytes:
    text = "".join(line.strip() for line in write(message).decode().splitlines())
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


@pytest.mark.parametrize("name", SHAPES)
def test_each_live_shape_is_let_through_and_flagged(dialogue: Build, check: Check, name: str) -> None:
    report = check(_broken(dialogue(), SHAPES[name]))

    assert report.verdict is Verdict.TOLERATED
    assert {(finding.rule, finding.severity, finding.tolerance) for finding in report.findings} == {
        ("MSG-02", Severity.INFO, name)
    }


@pytest.mark.parametrize("name", SHAPES)
def test_a_partner_without_tolerance_is_rejected(dialogue: Build, check: Check, name: str) -> None:
    data = _broken(dialogue(), SHAPES[name])

    assert check(data, tolerance=frozenset()).verdict is Verdict.REJECT
    assert check(data, tolerance=tolerance.NAMES - {name}).verdict is Verdict.REJECT
    assert check(data, tolerance=frozenset({name})).verdict is Verdict.TOLERATED


def test_all_shapes_together_are_let_through(dialogue: Build, check: Check) -> None:
    changes = [SHAPES[name] for name in SHAPES if name != "ack-after-conversation"]

    assert check(_broken(dialogue(), *changes)).verdict is Verdict.TOLERATED


def test_one_other_fault_is_enough_to_reject(dialogue: Build, check: Check) -> None:
    changes = [SHAPES["conversation-reversed"], ("<FamilyName>", "<Familyname>x</Familyname><FamilyName>")]
    report = check(_broken(dialogue(), *changes))

    assert report.verdict is Verdict.REJECT


def test_a_fault_behind_a_tolerated_one_is_found(dialogue: Build, check: Check) -> None:
    """libxml2 looks no further in an element after its first fault."""
    changes = [SHAPES["ack-after-conversation"], ("</Sender>", "</Sender><Sendr/>")]
    report = check(_broken(dialogue(), *changes))

    assert report.verdict is Verdict.REJECT


def test_identifiers_in_the_payloads_namespace_are_let_through(dialogue: Build, check: Check) -> None:
    person = (
        "<RollerRelatertNotat><HealthcareProfessional><Ident>"
        '<Id>565501872</Id><TypeId V="HPR" S="2.16.578.1.12.4.1.1.8116" DN="HPR-nummer"/>'
        "</Ident></HealthcareProfessional></RollerRelatertNotat></Notat>"
    )
    report = check(_broken(dialogue(version="1.0"), ("</Notat>", person)))

    assert [finding.tolerance for finding in report.findings] == ["foreign-identifier"]


@pytest.mark.parametrize("day", ["1984-13-1", "84-3-14", "Vakker"])
def test_a_date_that_is_none_is_no_short_date(dialogue: Build, check: Check, day: str) -> None:
    data = _broken(dialogue(), ("<DateOfBirth>1984-03-14", f"<DateOfBirth>{day}"))

    assert check(data).verdict is Verdict.REJECT


def test_a_short_date_in_an_attribute_is_let_through(referral: Build, check: Check) -> None:
    report = check(_broken(referral(), ('<DateOfBirth V="1984-03-14"', '<DateOfBirth V="1984-3-14"')))

    assert [finding.tolerance for finding in report.findings] == ["short-date"]


def test_the_message_itself_is_not_mended(dialogue: Build, check: Check) -> None:
    report = check(_broken(dialogue(), SHAPES["short-date"]))

    assert report.tree is not None
    assert report.tree.xpath("string(//*[local-name()='DateOfBirth'])") == "1984-3-14"


FORMS = {
    "sykmelding-without-barcode": ("sykmelding-komplett.xml", "<Strekkode>000000000000000</Strekkode>", ""),
    "sykmelding-without-first-day": (
        "sykmelding-komplett.xml",
        "<SyketilfelleStartDato>2026-01-05</SyketilfelleStartDato>",
        "",
    ),
    "xmlxd": ("legeerklaering-komplett.xml", "<Prognose ", '<Prognose xmlxd="x" '),
}


def _form(name: str, old: str, new: str) -> bytes:
    text = (resources.fixtures() / "messages" / name).read_text("utf-8")
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize("name", FORMS)
def test_what_live_systems_leave_out_of_navs_forms_is_let_through(check: Check, name: str) -> None:
    data = _form(*FORMS[name])

    assert [(finding.rule, finding.tolerance) for finding in check(data).findings] == [("MSG-02", name)]
    assert check(data, tolerance=tolerance.NAMES - {name}).verdict is Verdict.REJECT


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("sykmelding-komplett.xml", "<HarArbeidsgiver ", "<Har/><HarArbeidsgiver "),
        ("sykmelding-komplett.xml", "<SpmTekst>Beskriv kort sykehistorie, symptomer og funn</SpmTekst>", ""),
        ("sykmelding-komplett.xml", "<RegelSettVersjon>3</RegelSettVersjon>", "<Regel/>"),
        ("sykmelding-komplett.xml", "<Etternavn>Vits</Etternavn>", ""),
        ("sykmelding-komplett.xml", "<SvarTekst>Ryggsmerter siden desember.</SvarTekst>", ""),
        ("sykmelding-komplett.xml", "<Strekkode>000000000000000</Strekkode>", "<Strekkode/><Strekkode/>"),
        ("legeerklaering-komplett.xml", "<Prognose ", '<Prognose xmlns:q="urn:x" q:xmlxd="x" '),
        ("legeerklaering-komplett.xml", "<Prognose ", '<Prognose xmlyd="x" '),
    ],
)
def test_any_other_fault_of_a_form_rejects(check: Check, name: str, old: str, new: str) -> None:
    assert check(_form(name, old, new)).verdict is Verdict.REJECT
