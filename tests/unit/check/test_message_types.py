"""Every rule of a message type: the whole message breaks none, and one change breaks just this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from adapter import resources
from adapter.check import content, message_types
from adapter.check.codelists import CodeLists
from adapter.check.demands import DEMANDS
from adapter.check.finding import Direction, Severity
from adapter.check.policy import Policy
from adapter.check.profile import Profile, every
from adapter.message import (
    Base64Data,
    Code,
    ConversationRef,
    Dialogmelding,
    Document,
    FreeText,
    HealthcareProfessional,
    Henvisning,
    Identifier,
    Message,
    Moment,
    Organisation,
    Party,
    RelatedRole,
    RelatedUnit,
    Telecom,
    coded,
)
from adapter.message.henvisning import Assessment, AssessmentDate, AssessmentOutcome, Pathway, Reason, RequestedService
from adapter.wire.spec import load_spec

Change = Callable[[Message], Message]

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
INBOUND, OUTBOUND = Policy(), Policy(direction=Direction.OUTBOUND)
OF_TYPES = [profile for profile in every() if profile.type]
RULES = {rule.id: (profile, name, rule) for profile in OF_TYPES for name, rule in profile.demands}
EARLIER = ConversationRef(
    parent="d1f1d9f0-6d1c-4d5e-8f0e-1a2b3c4d5e01", conversation="d1f1d9f0-6d1c-4d5e-8f0e-1a2b3c4d5e01"
)
PDF = Document(kind=Code("A"), mime_type="application/pdf", content=(Base64Data.of(b"%PDF-1.4"),))


# --- Whole messages ---------------------------------------------------------------------------------------------

_SPECS = {
    "henvisning-1.0": "henvisning-1.0",
    "henvisning-1.1": "henvisning-1.1",
    "ny-tilstand": "henvisning-2.0-ny-tilstand",
    "viderehenvisning": "henvisning-2.0-ny-tilstand",
    "status-pa-henvisning": "dialogmelding-1.1-status",
    "helsefaglig-dialog": "dialogmelding-1.1-helsefaglig",
    "til-arkivering": "dialogmelding-1.1-helsefaglig",
    "foresporsel": "dialogmelding-1.0-foresporsel",
    "svar": "dialogmelding-1.0-svar",
    "avvik": "dialogmelding-1.0-avvik",
}


@cache
def whole(name: str) -> Message:
    """Return a message of a profile that lacks nothing."""
    message = load_spec(
        resources.fixtures() / "specs" / f"{_SPECS[name]}.toml", now=NOW, name_of=CodeLists.load().name_of
    )
    match name:
        case "viderehenvisning":
            dates = tuple(AssessmentDate(kind=coded(9147, kind), date=Moment("2026-03-02")) for kind in ("1", "4"))
            outcome = AssessmentOutcome(waiting_end=coded(8445, "1"))
            message = referral(assessment=Assessment(dates=dates, outcome=outcome))(message)
            message = replace(message, type=Code("HENVISNING_VIDERE"))
        case "til-arkivering":
            message = note(theme=coded(9602, "J01-2"))(message)
            message = replace(message, type=Code("DIALOG_TIL_ARKIVERING"))
    return message


def head(**changes: Any) -> Change:
    """Change the message."""
    return lambda message: replace(message, **changes)


def content_of(message: Message, payload: Henvisning | Dialogmelding) -> Message:
    """Return the message with another payload."""
    old = message.payload
    documents = tuple(
        replace(document, content=tuple(payload if item is old else item for item in document.content or ()))
        for document in message.documents
    )
    return replace(message, documents=documents)


def referral(**changes: Any) -> Change:
    """Change the referral."""

    def change(message: Message) -> Message:
        assert message.henvisning is not None
        return content_of(message, replace(message.henvisning, **changes))

    return change


def note(**changes: Any) -> Change:
    """Change the only note."""
    return _only("notater", changes)


def question(**changes: Any) -> Change:
    """Change the only question."""
    return _only("foresporsler", changes)


def _only(parts: str, changes: dict[str, Any]) -> Change:
    def change(message: Message) -> Message:
        assert message.dialogmelding is not None
        (found,) = getattr(message.dialogmelding, parts)
        return content_of(message, replace(message.dialogmelding, **{parts: (replace(found, **changes),)}))

    return change


def both(*changes: Change) -> Change:
    """Make several changes."""

    def change(message: Message) -> Message:
        for one in changes:
            message = one(message)
        return message

    return change


def without_relation(relation: str) -> Change:
    """Leave out the people in a relation of list 8254."""

    def change(message: Message) -> Message:
        found = message.henvisning
        assert found is not None
        return referral(
            care_relations=tuple(
                entry for entry in found.care_relations if entry.relation and entry.relation.value != relation
            ),
            responsibles=tuple(
                entry for entry in found.responsibles if entry.relation and entry.relation.value != relation
            ),
            contacts=() if relation == "FLE" else found.contacts,
        )(message)

    return change


def without_profession(message: Message) -> Message:
    """Leave out what the referrer is."""
    assert message.henvisning is not None
    return referral(
        responsibles=tuple(
            replace(entry, person=replace(entry.person, profession=None))
            for entry in message.henvisning.responsibles
            if entry.person
        )
    )(message)


def only_purpose(message: Message) -> Message:
    """Leave out the problem."""
    assert message.henvisning is not None
    kept = (reason for reason in message.henvisning.reasons if reason.heading and reason.heading.value != "PROB")
    return referral(reasons=tuple(kept))(message)


def only_problem(message: Message) -> Message:
    """Leave out what is asked for."""
    assert message.henvisning is not None
    kept = (reason for reason in message.henvisning.reasons if reason.heading and reason.heading.value == "PROB")
    return referral(reasons=tuple(kept))(message)


def her(value: str) -> tuple[Identifier, ...]:
    return (Identifier(value, coded(9051, "HER")),)


ONE_LEVEL = Party(organisation=Organisation(name="Syntetisk legesenter", identifiers=her("8990200")))
MUNICIPAL = replace(
    ONE_LEVEL,
    organisation=Organisation(
        name="Syntetisk kommune",
        kind=coded(9040, "102"),
        identifiers=her("8990300"),
        units=(Organisation(name="Frisklivssentralen", identifiers=her("8990301")),),
    ),
)
#: One level only, but with an organisation number.
NUMBERED = Party(
    organisation=Organisation(
        name="Syntetisk legesenter", identifiers=(*her("8990200"), Identifier("310000205", coded(9051, "ENH")))
    )
)
NO_NUMBER = {"identifiers": (), "local_id": None, "date_of_birth": None}
JUST_SENIORITY = Assessment(dates=(AssessmentDate(kind=coded(9147, "2"), date=Moment("2026-03-02")),))
NO_END_CODE = Assessment(
    dates=tuple(AssessmentDate(kind=coded(9147, kind), date=Moment("2026-03-02")) for kind in ("1", "4"))
)
PICTURE = Document(kind=Code("A"), mime_type="image/png", content=(Base64Data.of(b"\x89PNG"),))


def nameless(message: Message) -> Message:
    """Leave out the numbers of the patient."""
    assert message.patient is not None
    return replace(message, patient=replace(message.patient, **NO_NUMBER))


def with_document(document: Document) -> Change:
    """Add a document."""
    return lambda message: replace(message, documents=(*message.documents, document))


def without_attachments(message: Message) -> Message:
    """Leave out the attachments."""
    return replace(message, documents=tuple(entry for entry in message.documents if not entry.is_attachment))


BREAKS: dict[str, Change] = {
    "H10-01": head(sender=NUMBERED),
    "H10-02": head(receiver=None),
    "H10-03": head(other_receivers=(ONE_LEVEL,)),
    "H10-04": nameless,
    "H10-05": only_purpose,
    "H10-06": only_problem,
    "H10-07": without_relation("HHE"),
    "H10-08": referral(diagnoses=()),
    "H10-09": referral(requested=None),
    "H10-10": head(sender=MUNICIPAL),
    "H11-01": head(type=None),
    "H11-02": head(sender=ONE_LEVEL),
    "H11-03": head(receiver=ONE_LEVEL),
    "H11-04": head(other_receivers=(ONE_LEVEL,)),
    "H11-05": nameless,
    "H11-06": only_purpose,
    "H11-07": only_problem,
    "H11-08": without_relation("HHE"),
    "H11-09": without_relation("FLE"),
    "NT-01": head(version="1.1"),
    "NT-02": only_purpose,
    "NT-03": without_relation("HHE"),
    "NT-04": without_profession,
    "NT-05": head(other_receivers=(ONE_LEVEL,)),
    "NT-06": referral(assessment=NO_END_CODE),
    "NT-07": both(head(sender=MUNICIPAL), referral(pathways=(Pathway(code=coded(9321, "A")),))),
    "NT-08": head(conversation=EARLIER),
    "NT-09": without_relation("FLE"),
    "NT-10": head(sender=ONE_LEVEL),
    "NT-11": head(receiver=ONE_LEVEL),
    "VH-01": head(version="1.1"),
    "VH-02": only_purpose,
    "VH-03": without_relation("HHE"),
    "VH-04": head(other_receivers=(ONE_LEVEL,)),
    "VH-05": referral(assessment=JUST_SENIORITY),
    "VH-06": referral(assessment=NO_END_CODE),
    "VH-07": without_attachments,
    "VH-08": head(sender=ONE_LEVEL),
    "VH-09": head(receiver=ONE_LEVEL),
    "SH-01": head(version="1.0"),
    "SH-02": note(theme=coded(7322, "6")),
    "SH-03": note(text=FreeText(text="  ")),
    "SH-04": head(conversation=None),
    "SH-05": nameless,
    "SH-06": note(roles=(RelatedRole(person=HealthcareProfessional(family_name="Skog", given_name="Rolig")),)),
    "SH-07": with_document(PICTURE),
    "HD-01": head(version="1.0"),
    "HD-02": note(theme=coded(9148, "1")),
    "HD-03": note(subject=" "),
    "HD-04": note(text=None),
    "HD-05": note(roles=()),
    "HD-06": head(conversation=None),
    "HD-07": note(remark="Merknad"),
    "TA-01": head(version="1.0"),
    "TA-02": note(theme=coded(7322, "6")),
    "TA-03": note(text=FreeText()),
    "FS-01": head(version="1.1"),
    "FS-02": question(kind=coded(8331, "5")),
    "FS-03": question(kind=coded(9152, "99"), question=None),
    "SV-01": head(version="1.1"),
    "SV-02": note(theme=coded(7321, "1")),
    "SV-03": note(foresporsel=None),
    "SV-04": head(conversation=ConversationRef(parent=EARLIER.parent)),
    "AV-01": head(version="1.1"),
    "AV-02": note(theme=coded(7322, "6")),
    "AV-03": note(text=None),
    "AV-04": head(conversation=None),
}


def found(message: Message, policy: Policy, profile: Profile | None = None) -> list[tuple[str, Severity]]:
    """Return what the type's rules say."""
    assert profile is None or message_types.profile_of(message) is profile
    return [(finding.rule, finding.severity) for finding in message_types.check(message, policy)]


@pytest.mark.parametrize("name", _SPECS)
@pytest.mark.parametrize("policy", [INBOUND, OUTBOUND], ids=["inbound", "outbound"])
def test_a_whole_message_breaks_no_rule_of_its_type(name: str, policy: Policy) -> None:
    assert found(whole(name), policy, Profile.load(name)) == []


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_change_breaks_one_rule(rule_id: str) -> None:
    profile, _, rule = RULES[rule_id]
    message = BREAKS[rule_id](whole(profile.name))

    assert found(message, INBOUND) == [(rule_id, rule.inbound)]
    assert found(message, OUTBOUND) == [(rule_id, rule.outbound)]


def test_every_rule_of_a_type_is_broken_once() -> None:
    assert sorted(BREAKS) == sorted(RULES)


def test_every_demand_is_made_by_a_type_and_known_to_the_code() -> None:
    assert {name for _, name, _ in RULES.values()} == set(DEMANDS)


def test_each_file_is_found_by_its_type_and_version() -> None:
    for profile in OF_TYPES:
        message = whole(profile.name)
        assert (message.type_code, message.version) == (profile.type, profile.version)


def test_nothing_about_a_type_rejects_or_holds_what_comes_in() -> None:
    for _, _, rule in RULES.values():
        assert rule.inbound in {Severity.WARN, Severity.INFO}
        assert rule.outbound in {Severity.BLOCK, Severity.WARN}
        assert rule.apprec is None


def test_a_cancellation_is_not_asked_for_content() -> None:
    assert found(referral(service_type=Code("C"), reasons=())(whole("ny-tilstand")), INBOUND) == []


@pytest.mark.parametrize("service", ["M", "N"])
def test_a_change_refers_to_what_it_changes_and_a_new_one_to_nothing(service: str) -> None:
    message = referral(service_type=Code(service))(whole("ny-tilstand"))
    right, wrong = (EARLIER, None) if service == "M" else (None, EARLIER)

    assert found(replace(message, conversation=right), INBOUND) == []
    assert found(replace(message, conversation=wrong), INBOUND) == [("NT-08", Severity.INFO)]


def test_what_is_asked_for_may_stand_inside_the_problem() -> None:
    text = "Smerter i ryggen.\r\n\r\nØnsket undersøkelse/behandling:\r\nVurdering."
    merged = (Reason(heading=Code("PROB"), text=text),)

    assert found(referral(reasons=merged)(whole("henvisning-1.1")), INBOUND) == []


def test_an_emergency_is_not_asked_for_the_general_practitioner() -> None:
    message = without_relation("FLE")(whole("henvisning-1.1"))
    urgent = referral(requested=RequestedService(priority=Code("0")))(message)

    assert found(urgent, INBOUND) == []


def test_a_patient_without_a_number_may_have_the_senders_own() -> None:
    message = nameless(whole("henvisning-1.1"))
    assert message.patient is not None
    known = replace(message.patient, local_id="17", date_of_birth=Moment("1984-03-14"))

    assert found(replace(message, patient=known), INBOUND) == []


def test_the_phone_of_the_unit_will_do() -> None:
    unit = RelatedUnit(organisation=Organisation(telecoms=(Telecom(None, "tel:77000003"),)))
    person = HealthcareProfessional(family_name="Skog", given_name="Rolig")
    message = whole("status-pa-henvisning")

    assert found(note(roles=(RelatedRole(person=person, unit=unit),))(message), INBOUND) == []
    in_unit = replace(unit, person=person)
    assert found(note(roles=(RelatedRole(unit=in_unit),))(message), INBOUND) == []


def test_a_first_enquiry_that_says_whom_it_is_for_is_whole() -> None:
    message = whole("helsefaglig-dialog")
    assert message.dialogmelding is not None
    roles = message.dialogmelding.notater[0].roles
    contact = RelatedRole(role_to_patient=coded(9034, "24"), person=HealthcareProfessional(profession=Code("LE")))

    assert found(both(note(roles=(*roles, contact)), head(conversation=None))(message), OUTBOUND) == []


def test_what_goes_between_nav_and_a_doctor_is_judged_by_navs_profile() -> None:
    nav = Party(organisation=Organisation(identifiers=(Identifier("889640782", coded(9051, "ENH")),)))
    broken = note(foresporsel=None)(whole("svar"))

    assert message_types.profile_of(replace(broken, receiver=nav)) is None
    assert message_types.profile_of(note(theme=coded(8126, "1"))(broken)) is None
    assert message_types.profile_of(question(kind=coded(8129, "1"))(whole("foresporsel"))) is None


def test_types_without_a_profile_are_asked_nothing() -> None:
    message = whole("svar")

    assert message_types.profile_of(replace(message, type=Code("DIALOG_NOTAT"))) is None
    assert message_types.profile_of(replace(message, type=None)) is None


def test_what_a_profile_says_in_its_own_words_is_not_said_twice() -> None:
    message = both(without_relation("HHE"), without_attachments)(whole("henvisning-1.1"))
    plain = [finding.rule for finding in content.check(message, CodeLists.load(), INBOUND, NOW)]
    special = [
        finding.rule for finding in content.check(message, CodeLists.load(), replace(INBOUND, profiles=("amo",)), NOW)
    ]

    assert plain == ["H11-08"]
    assert special == ["AMO-07"]


def test_rules_that_stand_instead_of_others_name_rules_of_types() -> None:
    for profile in every():
        assert {rule for rules in profile.covers.values() for rule in rules} <= set(RULES)
