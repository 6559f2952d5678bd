"""Specifications of discharge letters and forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from specifying import NOW, mistakes

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.message import (
    Code,
    FreeText,
    Message,
    coded,
)
from adapter.wire import read, write
from adapter.wire.spec import from_spec, to_spec


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
