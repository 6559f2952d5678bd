"""The sick note: every field read, and the element written as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from adapter import resources, wire
from adapter.errors import SpecError
from adapter.message import Code, Document, Message, Moment, Opaque, Sykmelding
from adapter.message.sykmelding import Cause, NoActivity, OutOfWork, SickPeriod, WorkPrognosis
from adapter.wire.namespaces import SYKMELDING
from adapter.wire.sykmelding import _RECORD

WHOLE = (resources.fixtures() / "messages" / "sykmelding-komplett.xml").read_bytes()
XSD = "{http://www.w3.org/2001/XMLSchema}"


def note(inner: str) -> Sykmelding:
    """Read a sick note with some content."""
    name = "HelseOpplysningerArbeidsuforhet"
    found = wire.read(f'<{name} xmlns="{SYKMELDING}">{inner}</{name}>'.encode()).sykmelding
    assert found is not None
    return found


def test_the_fields_that_tell_nav_and_a_referral_something_are_read() -> None:
    """Domain rules A.7."""
    message = wire.read(WHOLE)
    found = message.sykmelding

    assert found is not None
    assert (message.kind, message.version, message.type_code) == ("sykmelding", "1.3", "SYKMELD")
    assert found.started == Moment("2026-01-05")
    assert found.patient is not None
    assert (found.patient.name, found.patient.identified_by("FNR")) == ("Vakker Blomst", "14838400052")
    assert found.employment is not None
    assert (found.employment.employer, found.employment.occupation, found.employment.percentage) == (
        "Eksempelbedriften AS",
        "Renholder",
        "80",
    )
    assert [(period.grade, period.no_activity is not None) for period in found.periods] == [(None, True), ("50", False)]
    assert found.to_nav().is_urgent
    assert found.to_nav().help == "Det haster med tilrettelegging."
    assert [answer.id for group in found.questions for answer in group.answers] == ["6.3.1", "6.3.2"]
    assert found.doctor is not None
    assert found.doctor.identified_by("HPR") == "565501872"


def test_every_kind_of_period_and_outlook_is_read() -> None:
    """One of five in each period."""
    dates = "<PeriodeFOMDato>2026-03-02</PeriodeFOMDato><PeriodeTOMDato>2026-03-03</PeriodeTOMDato>"
    cause = '<Arsakskode V="1"/><Beskriv>Løft</Beskriv>'
    kinds = (
        "<AvventendeSykmelding><InnspillTilArbeidsgiver>Stol</InnspillTilArbeidsgiver></AvventendeSykmelding>",
        "<GradertSykmelding><Sykmeldingsgrad>50</Sykmeldingsgrad><Reisetilskudd>true</Reisetilskudd></GradertSykmelding>",
        f"<AktivitetIkkeMulig><Arbeidsplassen>{cause}</Arbeidsplassen></AktivitetIkkeMulig>",
        "<Behandlingsdager><AntallBehandlingsdagerUke>1</AntallBehandlingsdagerUke></Behandlingsdager>",
        "<Reisetilskudd>true</Reisetilskudd>",
    )
    periods = "".join(f"<Periode>{dates}{kind}</Periode>" for kind in kinds)
    outlook = "<Prognose><ErIkkeIArbeid><ArbeidsforPaSikt>true</ArbeidsforPaSikt></ErIkkeIArbeid></Prognose>"

    found = note(f"<Aktivitet>{periods}</Aktivitet>{outlook}")

    between = {"start": Moment("2026-03-02"), "end": Moment("2026-03-03")}
    assert found.periods == (
        SickPeriod(employer_advice="Stol", **between),
        SickPeriod(grade="50", has_travel_grant_beside="true", **between),
        SickPeriod(no_activity=NoActivity(workplace=Cause(codes=(Code("1"),), text="Løft")), **between),
        SickPeriod(treatment_days="1", **between),
        SickPeriod(has_travel_grant="true", **between),
    )
    assert found.prognosis == WorkPrognosis(outlook=OutOfWork(fit_in_time="true"))


def test_every_element_of_the_schema_is_read(declared: Callable[[Any, str], dict[str, str]]) -> None:
    """The schema is proven elsewhere."""
    schema = etree.parse(resources.schemas() / "sykmelding-2013.xsd").getroot()
    read = set(" ".join(declared(_RECORD, "root").values()).split())

    # what is inside felleskomponent1's types is declared there
    assert {element.get("name") for element in schema.iter(f"{XSD}element")} - read == {
        "HelseOpplysningerArbeidsuforhet"
    }


def content(message: Message) -> Iterator[etree._Element]:
    root = wire.parse(wire.write(message))
    return root.iter(f"{{{SYKMELDING}}}HelseOpplysningerArbeidsuforhet")


def test_a_sick_note_is_written_as_it_came() -> None:
    """In its own order of elements, even one that no field tells."""
    message = wire.read(WHOLE)

    (element,) = content(message)

    assert wire.read(wire.write(message)) == message
    assert message.sykmelding is not None
    assert message.sykmelding.source == Opaque(
        SYKMELDING, "HelseOpplysningerArbeidsuforhet", etree.tostring(element, method="c14n", exclusive=True)
    )


@pytest.mark.parametrize("change", [{"barcode": "1"}, {"source": None}])
def test_a_sick_note_that_was_changed_or_made_here_is_not_written(change: dict[str, Any]) -> None:
    """It is the doctor's."""
    message = wire.read(WHOLE)
    assert message.sykmelding is not None
    other = Document(content=(replace(message.sykmelding, **change),))

    with pytest.raises(SpecError, match="source"):
        wire.write(replace(message, documents=(other,)))
