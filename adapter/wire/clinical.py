"""The clinical parts that every version of Henvisning has: same elements, other small words.

Version 1.x writes times in attribute V and headings without their list; 2.0 writes times as text and
headings with their list. `Leaves` says which; the functions declare the elements once for all versions.
"""

from __future__ import annotations

from functools import cache

from adapter.message.henvisning import (
    Comment,
    DateResult,
    Diagnosis,
    Examination,
    InformationItem,
    IntervalResult,
    Medication,
    Modifier,
    NumberResult,
    Observation,
    Precaution,
    Reason,
    ResultItem,
    TextResult,
)
from adapter.values import value_class
from adapter.wire.bind import CS, CV, QUANTITY, TEXT, Field, Inline, Record, Shape


@value_class
class Leaves:
    """How one version of Henvisning writes the small words of its clinical parts."""

    namespace: str
    #: A date or a time.
    moment: Shape
    #: The heading or kind of a text.
    heading: Shape


def precaution(leaves: Leaves) -> Record[Precaution]:
    """Return the binding of PatientPrecaution."""
    return Record(
        Precaution,
        leaves.namespace,
        Field("Precaution", "text", TEXT),
        Field("StartDateTime", "start", leaves.moment),
        Field("EndDateTime", "end", leaves.moment),
    )


def information_item(leaves: Leaves) -> Record[InformationItem]:
    """Return the binding of InfItem."""
    return Record(
        InformationItem,
        leaves.namespace,
        Field("ResultItem", "content", result_item(leaves)),
        Field("Medication", "content", medication(leaves)),
        Field("Observation", "content", observation(leaves)),
        Field("Type", "kind", leaves.heading),
        Field("StartDateTime", "start", leaves.moment),
        Field("EndDateTime", "end", leaves.moment),
        Field("OrgDate", "origin", leaves.moment),
    )


def medication(leaves: Leaves) -> Record[Medication]:
    """Return the binding of Medication."""
    return Record(
        Medication,
        leaves.namespace,
        Field("DrugId", "drug", CV),
        Field("Comment", "comment", TEXT),
        Field("Status", "status", CS),
        Field("IntendedDuration", "duration", QUANTITY),
        Field("QuantitySupplied", "supplied", QUANTITY),
        Field("UnitDose", "dose", QUANTITY),
        Field("DosageText", "dosage", TEXT),
    )


def observation(leaves: Leaves) -> Record[Observation]:
    """Return the binding of Observation."""
    return Record(
        Observation,
        leaves.namespace,
        Field("Description", "description", TEXT),
        Field("Comment", "comment", TEXT),
    )


def result_item(leaves: Leaves) -> Record[ResultItem]:
    """Return the binding of ResultItem."""
    return Record(
        ResultItem,
        leaves.namespace,
        Field("TextResult", "result", text_result(leaves)),
        Field("Interval", "result", interval(leaves)),
        Field("DateResult", "result", date_result(leaves)),
        Field("NumResult", "result", number_result(leaves)),
        Field("ServType", "service_type", CS),
        Field("InvDate", "examined", leaves.moment),
        Field("Comment", "comment", TEXT),
        Field("DevResultInd", "deviation", CS),
        Field("ClinInv", "examination", examination(leaves)),
    )


def text_result(leaves: Leaves) -> Record[TextResult]:
    """Return the binding of TextResult."""
    return Record(
        TextResult,
        leaves.namespace,
        Inline(
            "Result",
            (
                # CS in every version, unlike the other headings.
                Field("Heading", "heading", CS),
                Field("TextResultValue", "text", TEXT),
                Field("TextCode", "code", CV),
            ),
            is_optional=True,
        ),
    )


def interval(leaves: Leaves) -> Record[IntervalResult]:
    """Return the binding of Interval."""
    return Record(IntervalResult, leaves.namespace, Field("Low", "low", QUANTITY), Field("High", "high", QUANTITY))


def date_result(leaves: Leaves) -> Record[DateResult]:
    """Return the binding of DateResult."""
    return Record(DateResult, leaves.namespace, Field("DateResultValue", "value", leaves.moment))


def number_result(leaves: Leaves) -> Record[NumberResult]:
    """Return the binding of NumResult."""
    return Record(
        NumberResult,
        leaves.namespace,
        Field("ArithmeticComp", "comparison", CS),
        Field("NumResultValue", "value", QUANTITY),
    )


@cache
def examination(leaves: Leaves) -> Record[Examination]:
    """Return the binding of ClinInv."""
    return Record(Examination, leaves.namespace, Field("Id", "id", CV), Field("Spec", "specifications", CV, many=True))


def reason(leaves: Leaves) -> Record[Reason]:
    """Return the binding of ReasonAsText."""
    return Record(
        Reason,
        leaves.namespace,
        Field("Heading", "heading", leaves.heading),
        Field("TextResultValue", "text", TEXT),
        Field("TextCode", "codes", CV, many=True),
    )


@cache
def diagnosis(leaves: Leaves) -> Record[Diagnosis]:
    """Return the binding of Diagnosis."""
    modifier = Record(Modifier, leaves.namespace, Field("Name", "name", CS), Field("Value", "values", CV, many=True))
    return Record(
        Diagnosis,
        leaves.namespace,
        Field("Concept", "concept", CV),
        Field("Modifier", "modifiers", modifier, many=True),
    )


def comment(leaves: Leaves) -> Record[Comment]:
    """Return the binding of Comment."""
    return Record(
        Comment,
        leaves.namespace,
        Field("Heading", "heading", leaves.heading),
        Field("TextResultValue", "text", TEXT),
        Field("CodedComment", "codes", CV, many=True),
    )
