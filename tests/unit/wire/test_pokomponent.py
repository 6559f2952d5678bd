"""The parts of poKomponent: the same names in two namespaces, with small differences."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from adapter.errors import SpecError
from adapter.message.code import Code, Moment
from adapter.message.henvisning import AssistedCommunication, Relative
from adapter.message.party import Person
from adapter.wire import pokomponent
from adapter.wire.bind import Inline, Record, local_name
from adapter.wire.field import qualified
from adapter.wire.namespaces import FK1, PO_2009, PO_2017

#: The children of each part in schema order, as the standard's documents list them.
PARTS = [
    (pokomponent.RELATIVE_2009, PO_2009, "Slektskap Omsorgsfunksjon Referanseperson Merknad"),
    (
        pokomponent.ASSISTED_COMMUNICATION_2009,
        PO_2009,
        "PersonTolkebehov Horselsvikt Synsvikt BehovTolkSprak PreferertTolk BehovOpphortDato Merknad",
    ),
    (
        pokomponent.PATIENT_EXTRAS,
        PO_2017,
        "SivilStatus BorAlene Sprak MottarKommunaleTjenester Merknad",
    ),
    (
        pokomponent.RELATIVE,
        PO_2017,
        "Slektskap Omsorgsfunksjon FodselsarMindrearigParorende NarmesteParorende Referanseperson Merknad",
    ),
    (pokomponent.UNIT, PO_2017, "Kontaktenhet Merknad"),
    (pokomponent.CONTACT, PO_2017, "Kontaktperson Merknad"),
    (pokomponent.RESPONSIBLE, PO_2017, "AnsvarligRapport GodkjentDato TypeRelasjon Merknad"),
    (pokomponent.SENT_DOCUMENT, PO_2017, "Opplysning JaNei DatoSendt TypeMottaker NavnMottaker Merknad"),
    (pokomponent.ASSISTED_COMMUNICATION, PO_2017, "AssistertKommunikasjon"),
    (pokomponent.INDIVIDUAL_PLAN, PO_2017, "IndividuellPlanForeligger KoordinatorOppnevnt Merknad"),
    (pokomponent.CONTACT_PERSON, PO_2017, "StillingRolle Arbeidssted Referanseperson Merknad"),
    (pokomponent.MEDICATION_REVIEW, PO_2017, "DatoLegemiddelgjennomgang DatoSamstemming Merknad"),
]


@pytest.mark.parametrize(("record", "namespace", "children"), PARTS)
def test_every_element_of_a_part_is_bound_in_schema_order(record: Record[Any], namespace: str, children: str) -> None:
    tags = [qualified(field.tag, record.namespace) for field in record.fields]

    assert [f"{{{namespace}}}{name}" for name in children.split()] == tags


def test_the_inner_part_of_assisted_communication_has_the_same_children_in_both_versions() -> None:
    (newer,) = pokomponent.ASSISTED_COMMUNICATION.fields
    older = pokomponent.ASSISTED_COMMUNICATION_2009.fields

    assert isinstance(newer, Inline)
    assert [field.tag for field in older] == [local_name(field.tag) for field in newer.fields]


def test_an_end_of_need_is_an_attribute_in_the_older_version_and_text_in_the_newer() -> None:
    older = etree.fromstring(
        f'<AssistertKommunikasjon xmlns="{PO_2009}"><BehovOpphortDato V="2026-03-02"/></AssistertKommunikasjon>'
    )
    newer = etree.fromstring(
        f'<InfoAssistertKommunikasjon xmlns="{PO_2017}"><AssistertKommunikasjon>'
        "<BehovOpphortDato>2026-03-02</BehovOpphortDato></AssistertKommunikasjon></InfoAssistertKommunikasjon>"
    )
    expected = AssistedCommunication(ended=Moment("2026-03-02"))

    assert expected == pokomponent.ASSISTED_COMMUNICATION_2009.read(older)
    assert expected == pokomponent.ASSISTED_COMMUNICATION.read(newer)


def test_a_person_in_a_part_is_written_in_the_namespace_of_the_common_component() -> None:
    element = pokomponent.RELATIVE.written(
        "ParorendeForesatt", Relative(person=Person(family_name="Blomst")), {"po": PO_2017, "fk1": FK1}
    )

    assert [f"{{{PO_2017}}}ParorendeForesatt", f"{{{PO_2017}}}Referanseperson", f"{{{FK1}}}FamilyName"] == [
        inner.tag for inner in element.iter()
    ]


def test_assisted_communication_without_its_inner_part_is_empty() -> None:
    element = etree.Element(f"{{{PO_2017}}}InfoAssistertKommunikasjon")

    assert AssistedCommunication() == pokomponent.ASSISTED_COMMUNICATION.read(element)


def test_the_nearest_relative_is_told_in_the_newer_version_only() -> None:
    nearest = Relative(relation=Code("MO", "Mor"), is_nearest="true", birth_year=Moment("2014"))
    element = pokomponent.RELATIVE.written("ParorendeForesatt", nearest, {None: PO_2017})

    assert nearest == pokomponent.RELATIVE.read(element)
    with pytest.raises(SpecError, match="birth_year"):
        pokomponent.RELATIVE_2009.written("ParorendeForesatt", nearest, {None: PO_2009})
