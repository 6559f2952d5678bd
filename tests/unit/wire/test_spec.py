from __future__ import annotations

import itertools
import json
import re
import tomllib
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.errors import SpecError
from adapter.message import (
    Base64Data,
    Code,
    Document,
    Envelope,
    FreeText,
    HealthcareProfessional,
    Henvisning,
    Kind,
    Message,
    Moment,
    Person,
    coded,
)
from adapter.message.henvisning import Medication
from adapter.wire import read, write
from adapter.wire.spec import from_spec, load_spec, to_spec
from adapter.wire.spec_lists import FIELD_LISTS, SEVERAL_LISTS
from adapter.wire.spec_shape import CLASSES, Slot, slots
from adapter.wire.spec_words import WORDS

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
SPECS = sorted((resources.fixtures() / "specs").glob("*.toml"))


def build(**data: Any) -> Message:
    ids = (f"id-{number}" for number in itertools.count(1))
    return from_spec(data, now=NOW, new_id=lambda: next(ids))


def referral(**data: Any) -> Message:
    return build(kind="henvisning", version="1.1", henvisning=data)


def mistakes(**data: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        build(**data)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_example_builds_and_comes_back_from_its_own_specification(path: Path) -> None:
    message = load_spec(path, now=NOW)

    again = from_spec(json.loads(json.dumps(to_spec(message))), now=NOW)

    assert again == message


def test_there_is_an_example_of_every_kind_that_can_be_built() -> None:
    assert {path.stem for path in SPECS} >= {
        "henvisning-1.0",
        "henvisning-1.1",
        "henvisning-2.0-ny-tilstand",
        "dialogmelding-1.0-nav",
        "dialogmelding-1.0-foresporsel",
        "dialogmelding-1.0-svar",
        "dialogmelding-1.0-avvik",
        "dialogmelding-1.1-helsefaglig",
        "dialogmelding-1.1-status",
        "apprec-1.0",
        "apprec-1.1",
    }


def test_a_whole_referral_is_about_sixty_lines() -> None:
    lines = (resources.fixtures() / "specs" / "henvisning-1.1.toml").read_text("utf-8").splitlines()

    assert len([line for line in lines if line.strip()]) <= 65


@pytest.mark.parametrize(
    ("kind", "version", "envelope", "mig_version", "type_code"),
    [
        ("henvisning", "1.0", Envelope.MESSAGE, "v1.0 2005-07-08", "H"),
        ("henvisning", "1.1", Envelope.MESSAGE, "v1.1 2012-02-15", "HENVISNING"),
        ("henvisning", "2.0", Envelope.HODEMELDING, "v1.2 2006-05-24", "HENVISNING_NYTILSTAND"),
        ("apprec", "1.0", Envelope.APPREC, "1.0 2004-11-21", "APPREC"),
        ("apprec", "1.1", Envelope.APPREC, "v1.1 2012-02-15", "APPREC"),
    ],
)
def test_the_head_follows_from_kind_and_version(
    kind: str, version: str, envelope: Envelope, mig_version: str, type_code: str
) -> None:
    message = build(kind=kind, version=version)

    assert message.envelope is envelope
    assert message.mig_version == mig_version
    assert message.type is not None
    assert message.type.value == type_code
    assert message.msg_id == "id-1"
    assert message.generated == Moment("2026-03-02T09:15:00+01:00")


@pytest.mark.parametrize(
    ("dialogue", "type_code"),
    [
        ({"notater": [{"theme": "7322:6"}]}, "DIALOG_HELSEFAGLIG"),
        ({"notater": [{"theme": "9148:1"}]}, "DIALOG_STATUS_HENVISNING"),
        ({"notater": [{"theme": {"list": "8117", "value": "1"}}]}, "DIALOG_AVVIK"),
        ({"notater": [{"theme": "9069:5"}]}, "DIALOG_SVAR"),
        ({"notater": [{"theme": "8128:1"}]}, "DIALOG_NOTAT"),
        ({"foresporsler": [{"kind": "8129:1"}]}, "DIALOG_FORESPORSEL"),
    ],
)
def test_the_type_of_a_dialogue_follows_from_its_theme(dialogue: dict[str, Any], type_code: str) -> None:
    message = build(kind="dialogmelding", version="1.0", dialogmelding=dialogue)

    assert message.type is not None
    assert message.type.value == type_code


def test_what_the_author_says_goes_before_what_follows() -> None:
    message = build(
        kind="henvisning",
        version="2.0",
        type="HENVISNING_VIDERE Viderehenvisning",
        msg_id="5f1d9f0a",
        generated="2026-03-01T00:00:00Z",
        henvisning={"service_type": "C Kansellering", "document_id": "d1"},
    )

    assert message.type == coded(8279, "HENVISNING_VIDERE", "Viderehenvisning")
    assert message.msg_id == "5f1d9f0a"
    assert message.generated == Moment("2026-03-01T00:00:00Z")
    assert message.henvisning is not None
    assert message.henvisning.is_cancellation
    assert message.document_id == "d1"


def test_a_code_is_written_short_or_in_full() -> None:
    short = referral(diagnoses=["7170:L84 Ryggsyndrom"], requested={"priority": "N Elektiv"}).henvisning
    full = referral(
        diagnoses=[{"concept": {"value": "L84", "name": "Ryggsyndrom", "list": "7170"}}],
        requested={"priority": {"value": "N", "name": "Elektiv", "system": "2.16.578.1.12.4.1.1.8304"}},
    ).henvisning

    assert short == full
    assert short is not None
    assert short.diagnoses[0].concept == coded(7170, "L84", "Ryggsyndrom")


def test_the_list_of_a_code_follows_from_field_and_version() -> None:
    second = build(kind="henvisning", version="2.0", henvisning={"requested": {"priority": "N"}}).henvisning
    first = referral(requested={"priority": "N"}).henvisning

    assert first is not None
    assert second is not None
    assert first.requested is not None
    assert second.requested is not None
    assert first.requested.priority == coded(8304, "N")
    assert second.requested.priority == coded(8306, "N")


def test_names_come_from_the_code_lists_where_these_are_at_hand() -> None:
    message = from_spec(
        {"kind": "henvisning", "version": "1.1", "henvisning": {"requested": {"priority": "N"}}},
        now=NOW,
        name_of={("8304", "N"): "Elektiv"}.get
        and (lambda number, value: {("8304", "N"): "Elektiv"}.get((number, value))),
    )

    assert message.henvisning is not None
    assert message.henvisning.requested is not None
    assert message.henvisning.requested.priority == coded(8304, "N", "Elektiv")


@pytest.mark.parametrize("name", ["Vakker Blomst", "Blomst, Vakker"])
def test_a_name_is_split_or_kept_whole_as_the_standard_writes_it(name: str) -> None:
    new = build(kind="henvisning", version="2.0", patient={"name": name}).patient
    old = build(kind="henvisning", version="1.1", patient={"name": name}).patient

    assert new is not None
    assert old is not None
    assert (new.given_name, new.family_name, new.full_name) == ("Vakker", "Blomst", None)
    assert (old.given_name, old.family_name, old.full_name) == (None, None, "Blomst, Vakker")


@pytest.mark.parametrize(("number", "kind"), [("14838400052", "FNR"), ("49869000085", "DNR"), ("80005045804", "FHN")])
def test_the_kind_of_an_identity_number_is_seen_from_the_number(number: str, kind: str) -> None:
    patient = build(kind="henvisning", version="1.1", patient={"identity_number": number}).patient

    assert patient is not None
    assert patient.identified_by(kind) == number
    assert patient.identifiers[0].kind is not None
    assert patient.identifiers[0].kind.list_number == "8116"


def test_a_phone_number_is_kept_where_the_standard_keeps_it() -> None:
    new = build(kind="henvisning", version="2.0", patient={"phone": "+47 900 00 001"}).patient
    old = build(kind="henvisning", version="1.1", patient={"phone": ["90000001", "77000000"]}).patient

    assert new is not None
    assert old is not None
    assert [telecom.address for telecom in new.telecoms] == ["tel:+4790000001"]
    assert old.telecoms == ()
    assert old.address is not None
    assert [telecom.digits for telecom in old.address.telecoms] == ["90000001", "77000000"]
    assert old.address.kind == coded(3401, "H", "Bostedsadresse")


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_referrer_and_gp_are_found_in_every_version(version: str) -> None:
    henvisning = build(
        kind="henvisning",
        version=version,
        henvisning={
            "referrer": {"name": "Grønn Vits", "profession": "LE Lege", "hpr": "565501872", "phone": "77000001"},
            "gp": {"name": "Sindig Fjord"},
        },
    ).henvisning

    assert henvisning is not None
    (referrer,) = henvisning.professionals("HHE")
    (gp,) = henvisning.professionals("FLE")
    assert referrer.name == "Grønn Vits"
    assert referrer.identified_by("HPR") == "565501872"
    assert referrer.profession == coded(9060, "LE", "Lege")
    assert [telecom.digits for telecom in referrer.phones()] == ["77000001"]
    assert gp.name == "Sindig Fjord"


def test_an_organisation_holds_its_unit_and_its_professional() -> None:
    message = build(
        kind="henvisning",
        version="2.0",
        sender={"organisation": {"name": "A", "her_id": "1", "professional": {"name": "B C", "her_id": "2"}}},
        receiver={"organisation": {"organisation_number": 310000108, "unit": {"her_id": "3", "email": "a@b.no"}}},
    )

    assert message.sender is not None
    assert message.sender.her_ids() == ("1", "2")
    assert message.receiver is not None
    assert message.receiver.her_id == "3"
    assert message.receiver.organisation_number == "310000108"


def test_a_party_may_be_a_professional() -> None:
    message = build(kind="apprec", version="1.1", sender={"professional": {"name": "Grønn Vits"}, "phone": "77000001"})

    assert message.sender is not None
    assert isinstance(message.sender.person, HealthcareProfessional)
    assert message.sender.person.full_name == "Grønn Vits"
    assert message.sender.address is not None
    assert message.sender.role == Code("PRIM", "Primærmottaker")


def test_a_person_who_is_known_by_profession_is_a_professional() -> None:
    message = build(
        kind="dialogmelding",
        version="1.1",
        dialogmelding={
            "notater": [{"theme": "7322:6", "roles": [{"person": {"hpr": "1"}}, {"person": {"name": "A B"}}]}]
        },
    )

    assert message.dialogmelding is not None
    first, second = message.dialogmelding.notater[0].roles
    assert type(first.person) is HealthcareProfessional
    assert type(second.person) is Person


def test_short_texts_stand_for_quantities_numbers_and_free_text() -> None:
    message = build(
        kind="henvisning",
        version="1.0",
        patient={"identifiers": ["8116:FNR:14838400052", "7"]},
        henvisning={
            "information": [{"medication": {"dose": "500 mg", "duration": "7"}}],
            "relatives": [{"person": {"name": "Sindig Fjord"}}],
        },
    )

    assert message.patient is not None
    assert [identifier.value for identifier in message.patient.identifiers] == ["14838400052", "7"]
    assert message.henvisning is not None
    medicine = message.henvisning.information[0].content
    assert isinstance(medicine, Medication)
    assert medicine.dose is not None
    assert medicine.dose.unit == "mg"
    assert message.henvisning.relatives[0].person is not None
    assert message.henvisning.relatives[0].person.full_name == "Sindig Fjord"


def test_a_moment_is_a_date_a_time_or_iso_text() -> None:
    henvisning = referral(
        information=[
            {"text": "a", "start": datetime(2026, 1, 5, tzinfo=UTC).date(), "end": datetime(2026, 1, 6, tzinfo=UTC)},
            {"text": "b", "start": "2026-01-05"},
        ]
    ).henvisning

    assert henvisning is not None
    first, second = henvisning.information
    assert first.start == second.start == Moment("2026-01-05")
    assert first.end == Moment("2026-01-06T00:00:00+00:00")


@pytest.mark.parametrize(("version", "start"), [("1.1", "2026-01-05"), ("2.0", "2026-01-05T00:00:00")])
def test_a_date_becomes_a_time_where_the_version_wants_one(version: str, start: str) -> None:
    fact = {"text": "a", "start": "2026-01-05"}
    henvisning = build(
        kind="henvisning", version=version, henvisning={"information": [fact], "requested": {"date": "2026-01-05"}}
    ).henvisning

    assert henvisning is not None
    assert henvisning.information[0].start == Moment(start)
    assert henvisning.requested is not None
    assert henvisning.requested.date == Moment("2026-01-05")


@pytest.mark.parametrize(
    ("version", "kind", "role"),
    [("1.0", "HENVISNING", "SPR"), ("1.0", {"value": "DIALOG_NOTAT"}, None), ("1.1", "DIALOG_NOTAT", "PRIM")],
)
def test_parties_of_a_receipt_have_the_roles_of_its_version(version: str, kind: Any, role: str | None) -> None:
    message = build(kind="apprec", version=version, sender={}, receipt={"original": {"kind": kind}})

    assert message.sender is not None
    assert (message.sender.role.value if message.sender.role else None) == role


def test_yes_and_no_are_written_as_the_standards_write_them() -> None:
    henvisning = build(
        kind="henvisning", version="2.0", henvisning={"patient_extras": {"lives_alone": True, "note": 3}}
    ).henvisning

    assert henvisning is not None
    assert henvisning.patient_extras is not None
    assert henvisning.patient_extras.lives_alone == "true"
    assert henvisning.patient_extras.note == "3"


def test_an_attachment_is_read_from_beside_the_specification(tmp_path: Path) -> None:
    (tmp_path / "note.pdf").write_bytes(b"%PDF-1.4")
    spec = tmp_path / "spec.json"
    spec.write_text(
        json.dumps(
            {
                "kind": "henvisning",
                "version": "1.1",
                "attachments": [{"file": "note.pdf"}, {"base64": "QUJD", "mime_type": "text/plain"}],
            }
        )
    )

    first, second = load_spec(spec, now=NOW).attachments

    assert first.mime_type == "application/pdf"
    assert first.description == "note"
    assert first.content == (Base64Data.of(b"%PDF-1.4"),)
    assert first.kind == coded(8114, "A", "Vedlegg")
    assert second.content == (Base64Data("QUJD"),)


@pytest.mark.parametrize("name", ["../secret.pdf", "/etc/hostname", "missing.pdf"])
def test_an_attachment_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    (tmp_path / "secret.pdf").write_bytes(b"secret")
    spec = folder / "spec.toml"
    spec.write_text(f'kind = "henvisning"\nversion = "1.1"\nattachments = [{{ file = "{name}" }}]\n')

    with pytest.raises(SpecError, match=r"attachments\[0\]\.file: "):
        load_spec(spec, now=NOW)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    (tmp_path / "secret.pdf").write_bytes(b"secret")
    (folder / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    spec = folder / "spec.toml"
    spec.write_text('kind = "henvisning"\nversion = "1.1"\nattachments = [{ file = "link.pdf" }]\n')

    with pytest.raises(SpecError, match="own folder"):
        load_spec(spec, now=NOW)


def test_a_specification_that_is_no_file_may_name_none() -> None:
    assert mistakes(kind="henvisning", version="1.1", attachments=[{"file": "a.pdf"}]) == [
        "attachments[0].file: only a specification in a file may name files; use base64"
    ]


def test_all_mistakes_are_told_at_once_by_where_the_author_wrote_them() -> None:
    found = mistakes(
        kind="henvisning",
        version="1.1",
        sendr={},
        patient={"nam": "Vakker Blomst", "sex": [1]},
        henvisning={
            "diagnoses": ["L84"],
            "reasons": {"": "x"},
            "information": [{"text": "a", "start": "i går"}],
            "requested": 3,
            "relatives": {},
        },
        attachments=[{"base64": "?"}],
    )

    assert found[0] == "unknown key 'sendr'; did you mean 'sender'?"
    assert "patient: unknown key 'nam'; did you mean 'name'?" in found
    assert any(line.startswith("patient.sex: expected a code") for line in found)
    assert any(line.startswith("henvisning.diagnoses[0].concept: say which list") for line in found)
    assert "henvisning.reasons[0].heading: expected a code, found an empty text" in found
    assert any(line.startswith("henvisning.information[0].start: expected a date") for line in found)
    assert any(line.startswith("henvisning.requested: expected a table (service_type, ") for line in found)
    assert "henvisning.relatives: expected a list" in found
    assert "attachments[0].base64: expected base64" in found


@pytest.mark.parametrize(
    ("data", "mistake"),
    [
        ({}, "kind and version must be one of"),
        ({"kind": "sykmelding", "version": "1.3"}, "kind and version must be one of"),
        ({"kind": "brev", "version": "1.1"}, "kind: expected one of henvisning"),
        ({"kind": "henvisning", "version": "1.1", "patient": {"name": "A", "full_name": "A"}}, "given twice"),
        ({"kind": "henvisning", "version": "1.1", "henvisning": {"referrer": "Grønn Vits"}}, "henvisning.referrer: "),
        ({"kind": "henvisning", "version": "1.1", "attachments": 3}, "attachments: expected a list of tables"),
        ({"kind": "henvisning", "version": "1.1", "opaque": {"name": "x"}}, "opaque: namespace is missing"),
        ({"kind": "henvisning", "version": "1.1", "msg_id": []}, "msg_id: expected a text"),
        ({"kind": "henvisning", "version": "1.1", "status": {"list": "8323", "system": "x"}}, "either list or system"),
        (
            {"kind": "dialogmelding", "version": "1.0", "dialogmelding": {"notater": [{"text": {"is_typed": "ja"}}]}},
            "expected true or false",
        ),
        (
            {"kind": "henvisning", "version": "1.1", "henvisning": {"information": [{"content": {"is": "Potion"}}]}},
            "'is' must be one of ResultItem, Medication, Observation",
        ),
    ],
)
def test_a_mistake_is_named(data: dict[str, Any], mistake: str) -> None:
    assert mistake in "\n".join(mistakes(**data))


def test_no_mistake_repeats_what_the_specification_says_about_a_person() -> None:
    text = "\n".join(
        mistakes(
            kind="henvisning",
            version="1.1",
            patient={"date_of_birth": "Hemmelig", "sex": ["Hemmelig"], "address": "Hemmelig"},
        )
    )

    assert "Hemmelig" not in text


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.toml", b"kind = ", "cannot be read"),
        ("a.json", b"{", "cannot be read"),
        ("a.toml", b"\xff", "is not UTF-8"),
        ("a.json", b"[]", "expected a table"),
    ],
)
def test_a_file_that_is_no_specification_is_refused(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(SpecError, match=text):
        load_spec(tmp_path / name, now=NOW)


def test_what_an_author_writes_is_put_in_the_standards_style() -> None:
    """HISD 1165: no blanks around a text, CR LF between its lines, nothing empty; a complete one is left alone."""
    note = {"theme": "7322:6", "text": "  Første linje.\nAndre linje. ", "subject": " "}

    message = build(kind="dialogmelding", version="1.1", dialogmelding={"notater": [note]})

    (tidied,) = message.dialogmelding.notater
    assert (tidied.text.text, tidied.subject) == ("Første linje.\r\nAndre linje.", None)
    (kept,) = from_spec(to_spec(message) | {"msg_id": " x "}, now=NOW).dialogmelding.notater
    assert kept == tidied
    assert from_spec(to_spec(message) | {"msg_id": " x "}, now=NOW).msg_id == " x "


def test_a_complete_specification_gets_nothing_added() -> None:
    assert from_spec({"complete": True}, now=NOW) == Message()
    assert to_spec(Message()) == {"complete": True}


def test_an_empty_content_is_not_an_absent_one() -> None:
    message = Message(documents=(Document(content=()), Document()))

    assert from_spec(to_spec(message), now=NOW) == message


def test_a_message_inside_a_message_is_left_as_it_is() -> None:
    message = Message(kind=Kind.DIALOGMELDING, documents=(Document(content=(Message(msg_id="inner"),)),))

    assert from_spec(to_spec(message), now=NOW) == message


def test_every_list_belongs_to_a_coded_field() -> None:
    for owner in (*FIELD_LISTS, *SEVERAL_LISTS):
        cls, _, name = owner.partition("@")[0].partition(".")
        assert slots(CLASSES[cls])[name].types == (Code,)


def values(slot: Slot, depth: int) -> st.SearchStrategy[Any]:
    cls = slot.types[0]
    text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
    optional_text = st.none() | text
    if cls is Code:
        one = st.builds(Code, optional_text, optional_text, optional_text, optional_text)
    elif cls is Moment:
        one = st.builds(Moment, text)
    elif cls is str:
        one = text
    elif cls is bool:
        one = st.booleans()
    elif cls is bytes:
        one = text.map(str.encode)
    elif cls in {Kind, Envelope}:
        one = st.sampled_from(list(cls))
    elif depth > 4:
        return st.just(() if slot.many else None)
    else:
        one = st.sampled_from(slot.candidates()).flatmap(lambda chosen: instances(chosen, depth + 1))
    if slot.many:
        return st.lists(one, max_size=2).map(tuple)
    return one if slot.is_required or slot.default is not None else st.none() | one


def instances(cls: type, depth: int = 0) -> st.SearchStrategy[Any]:
    chosen = [slot for slot in slots(cls).values() if slot.is_required]
    others = [slot for slot in slots(cls).values() if not slot.is_required]
    some = st.lists(st.sampled_from(others), max_size=3, unique_by=lambda slot: slot.name) if others else st.just([])
    return some.flatmap(lambda more: st.builds(cls, **{slot.name: values(slot, depth) for slot in (*chosen, *more)}))


@settings(max_examples=150, deadline=None)
@given(instances(Message))
def test_any_message_comes_back_from_its_own_specification(message: Message) -> None:
    assert from_spec(json.loads(json.dumps(to_spec(message))), now=NOW) == message


@settings(max_examples=100, deadline=None)
@given(instances(Henvisning))
def test_any_referral_comes_back_from_its_own_specification(henvisning: Henvisning) -> None:
    message = replace(Message(), documents=(Document(content=(henvisning,)),))

    assert from_spec(to_spec(message), now=NOW) == message


def test_every_field_of_the_model_can_be_read() -> None:
    for cls in CLASSES.values():
        assert slots(cls).keys() == {field.name for field in fields(cls)}


DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "build.md").read_text("utf-8")


def test_the_example_of_the_documentation_builds() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENTATION, re.DOTALL)

    message = from_spec(tomllib.loads(example), now=NOW)

    assert message.henvisning is not None
    assert message.patient is not None


def test_the_documentation_names_every_word_and_every_example() -> None:
    words = {name for found in WORDS.values() for name in found.names} | {path.name for path in SPECS}

    assert [word for word in sorted(words) if f"`{word}`" not in DOCUMENTATION] == []


def letter(version: str, **facts: Any) -> Message:
    """Build a discharge letter with these facts."""
    return from_spec(
        {"kind": "epikrise", "version": version, "sender": {}, "receiver": {}, "epikrise": facts},
        now=NOW,
        new_id=lambda: "id",
        name_of=CodeLists.load().name_of,
    )


@pytest.mark.parametrize(
    ("version", "type_code", "description", "relation", "number"),
    [
        ("1.1", "E", Code(name="Utredning/behandling"), "7319", "1"),
        ("1.2", "EPIKRISE", coded(8455, "10", "Utredning/behandling"), "8254", None),
    ],
)
def test_a_discharge_letter_says_what_its_version_wants(
    version: str, type_code: str, description: Code, relation: str, number: str | None
) -> None:
    message = letter(version, gp={"name": "Grønn Vits"}, referrals=[{"id": "D"}], events=[{"diagnoses": "7110:M545"}])
    found = message.epikrise

    assert found is not None
    assert message.type is not None
    assert (message.type.value, message.document_id) == (type_code, "id")
    assert [party.role.value for party in (message.sender, message.receiver) if party and party.role] == ["SPR", "REQ"]
    assert found.referrals[0].description == description
    assert [(event.number, event.service is not None) for event in found.events] == [(number, True)]
    assert found.care_relations[0].relation == coded(relation, "FLE", "Fastlege")


def test_the_first_diagnosis_of_a_stay_is_the_main_one() -> None:
    found = letter("1.2", events=[{"diagnoses": ["7110:M545", "7110:Z561"], "comments": {"VU": "Bra."}}]).epikrise

    assert found is not None
    (event,) = found.events
    assert [fact.kind and fact.kind.value for fact in event.facts] == ["H", "B"]
    assert [(text.heading and text.heading.name, text.text) for text in event.comments] == [
        ("Vurdering", FreeText(text="Bra."))
    ]


def test_a_whole_discharge_letter_comes_back_from_its_specification() -> None:
    data = (Path(__file__).parent / "complete" / "epikrise-1.2.xml").read_bytes()
    message = read(data)

    assert from_spec(json.loads(json.dumps(to_spec(message))), now=NOW) == message


@pytest.mark.parametrize("name", ["sykmelding-komplett.xml", "legeerklaering-komplett.xml"])
def test_a_form_comes_back_from_its_specification_as_it_came(name: str) -> None:
    data = (resources.fixtures() / "messages" / name).read_bytes()

    again = from_spec(json.loads(json.dumps(to_spec(read(data)))), now=NOW)

    assert write(again) == write(read(data))


@pytest.mark.parametrize(
    ("facts", "mistake"),
    [
        ({"events": 3}, "epikrise.events: expected a list"),
        ({"events": ["x"]}, "epikrise.events[0]: expected a table"),
        ({"responsible": "Rolig Skog"}, "epikrise.responsible: expected a table"),
        ({"events": [{"diagnoses": ["M545"]}]}, "epikrise.events[0].diagnoses[0].diagnosis.concept: say which list"),
    ],
)
def test_a_mistake_in_a_discharge_letter_is_named(facts: dict[str, Any], mistake: str) -> None:
    assert mistake in "\n".join(mistakes(kind="epikrise", version="1.1", epikrise=facts))
