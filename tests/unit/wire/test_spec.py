from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specifying import NOW, SPECS, build, mistakes

from adapter.errors import SpecError
from adapter.message import (
    Base64Data,
    Code,
    Document,
    Envelope,
    Henvisning,
    Kind,
    Message,
    Moment,
    coded,
)
from adapter.wire.spec import from_spec, load_spec, to_spec
from adapter.wire.spec_lists import FIELD_LISTS, SEVERAL_LISTS
from adapter.wire.spec_shape import CLASSES, Slot, slots
from adapter.wire.spec_words import WORDS


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


def test_an_attachment_is_read_from_beside_the_specification(tmp_path: Path) -> None:
    (tmp_path / "note.pdf").write_bytes(b"%PDF-1.4")
    spec = tmp_path / "spec.json"
    spec.write_text(
        json.dumps(
            {
                "kind": "henvisning",
                "version": "1.1",
                "henvisning": {},
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


@pytest.mark.parametrize("wrong", [[[]], {"a": 1}, True, 1.5, ["a", []]])
@pytest.mark.parametrize(
    ("where", "word"),
    [
        *(("patient", word) for word in ("name", "identity_number", "phone", "email")),
        *(("sender.organisation", word) for word in ("her_id", "organisation_number", "phone")),
        *(("henvisning.referrer", word) for word in ("name", "hpr", "her_id", "phone")),
        *(("attachments[0]", word) for word in ("file", "base64")),
    ],
)
def test_a_word_of_the_wrong_type_is_refused_instead_of_written_into_the_message(
    where: str, word: str, wrong: object
) -> None:
    value = {word: wrong}
    found = mistakes(
        kind="henvisning",
        version="1.1",
        patient=value if where == "patient" else {},
        sender={"organisation": value if where == "sender.organisation" else {}},
        henvisning={"referrer": value if where == "henvisning.referrer" else {}},
        attachments=[value] if where == "attachments[0]" else [],
    )

    assert any(line.startswith(f"{where}.{word}") and line.endswith(": expected a text") for line in found)


@pytest.mark.parametrize("her_id", ["abc", "8990 200", "899.0200", "-1", "0", "", "12345678901", "٣"])
def test_a_her_id_of_anything_but_digits_is_refused_by_its_place(her_id: str) -> None:
    value = {"her_id": her_id}
    found = mistakes(
        kind="henvisning",
        version="1.1",
        sender={"organisation": {**value, "professional": value}},
        henvisning={"gp": value},
    )

    assert found == [
        f"{where}.her_id: expected a HER-id: digits only, such as 8990201"
        for where in ("sender.organisation", "sender.organisation.professional", "henvisning.gp")
    ]


@pytest.mark.parametrize("her_id", ["8990200", 8990200, "59"])
def test_a_her_id_may_be_written_as_a_text_or_as_a_number(her_id: object) -> None:
    message = build(kind="henvisning", version="1.1", sender={"organisation": {"her_id": her_id}})

    assert message.sender.organisation.identified_by("HER") == str(her_id)


@pytest.mark.parametrize("day", ["1984-13-14", "1984-02-30", "1984-03-14T25:00:00", "14.03.1984", "1984-3-14"])
def test_a_day_that_the_calendar_does_not_have_is_refused(day: str) -> None:
    (found,) = mistakes(kind="henvisning", version="1.1", patient={"date_of_birth": day})

    assert found.startswith("patient.date_of_birth: expected a date or time")


@pytest.mark.parametrize("day", ["1984", "1984-03", "1984-02-29", "1984-03-14T08:30", "1984-03-14T08:30:00.5+01:00"])
def test_a_day_may_be_as_exact_as_it_is_known(day: str) -> None:
    message = build(kind="henvisning", version="1.1", patient={"date_of_birth": day})

    assert message.patient.date_of_birth == Moment(day)


def test_a_code_is_not_true_or_false() -> None:
    assert mistakes(kind="henvisning", version="1.1", patient={"sex": True}) == [
        'patient.sex: expected a code: "N", "8116:FNR" or { value, name, list, system, text }'
    ]


def test_a_number_is_as_good_as_its_digits() -> None:
    message = build(kind="henvisning", version="1.1", patient={"identity_number": 14838400052, "phone": 90000001})

    assert message.patient.identified_by("FNR") == "14838400052"
    assert [telecom.address for telecom in message.patient.address.telecoms] == ["tel:90000001"]


@pytest.mark.parametrize(
    ("kind", "word", "content"),
    [
        ("dialogmelding", "henvisning", "dialogmelding"),
        ("henvisning", "dialogmelding", "henvisning"),
        ("apprec", "epikrise", "receipt"),
    ],
)
def test_the_content_of_another_kind_is_refused_by_name(kind: str, word: str, content: str) -> None:
    assert mistakes(kind=kind, version="1.1", **{word: {}}) == [
        f'{word}: does not go with kind = "{kind}", whose content stands in [{content}]'
    ]


@pytest.mark.parametrize(
    ("kind", "content"),
    [("henvisning", "henvisning"), ("dialogmelding", "dialogmelding"), ("apprec", "receipt")],
)
def test_a_file_of_a_head_alone_is_refused_with_the_table_that_is_missing(
    tmp_path: Path, kind: str, content: str
) -> None:
    spec = tmp_path / "alone.toml"
    spec.write_text(f'kind = "{kind}"\nversion = "1.1"\n')

    with pytest.raises(SpecError, match=rf"^alone\.toml says nothing: .* \[{content}\]$"):
        load_spec(spec, now=NOW)


def test_mistakes_in_a_file_are_told_with_its_name(tmp_path: Path) -> None:
    spec = tmp_path / "wrong.toml"
    spec.write_text('kind = "henvisning"\nversion = "1.1"\ncolour = "red"\n[henvisning]\ndiagnose = []\n')

    with pytest.raises(SpecError) as caught:
        load_spec(spec, now=NOW)

    first, *others = str(caught.value).splitlines()
    assert first == "wrong.toml has mistakes:"
    assert [line.partition(";")[0] for line in others] == [
        "unknown key 'colour'",
        "henvisning: unknown key 'diagnose'",
    ]


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
