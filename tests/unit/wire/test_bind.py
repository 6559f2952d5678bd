"""Declarations: one line per element reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from lxml import etree

from adapter.errors import SpecError
from adapter.message import Address, Code, Moment, Quantity, Telecom
from adapter.wire.bind import (
    CS,
    CV,
    MOMENT,
    MOMENT_VALUE,
    QUANTITY,
    TELE_ADDRESS,
    TEXT,
    VALUE,
    Deferred,
    Field,
    Inline,
    Part,
    Record,
    Remembered,
    Shape,
    Values,
    local_name,
)

NS = "urn:test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    number: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    name: str | None = None
    words: tuple[str, ...] = ()
    inner: Inner | None = None
    choice: Inner | Other | None = None
    children: tuple[Outer, ...] = ()
    unseen: str | None = None
    version: str = "1"


INNER = Record(Inner, NS, Field("Number", "number", TEXT), Field("Note", "note", TEXT))
OTHER = Record(Other, NS, Field("Word", "word", TEXT))


def _outer() -> Record[Outer]:
    return OUTER


OUTER = Record(
    Outer,
    NS,
    Field("Name", "name", TEXT, otherwise="nobody"),
    Inline("Group", (Field("Word", "words", TEXT, many=True, most=2),), is_optional=True),
    Field("A", "choice", INNER),
    Field("B", "choice", OTHER),
    Inline("Always", (Field("Number", "inner.number", TEXT),)),
    Field("{urn:far}Outer", "children", Deferred(_outer), many=True),
    parts={"inner": Part(Inner)},
    fixed={"version": "2"},
)


def element(xml: str) -> etree._Element:
    return etree.fromstring(xml)


def written(record: Record[Outer], value: Outer) -> str:
    return etree.tostring(record.written("Outer", value, {None: NS, "far": "urn:far"})).decode()


def test_a_dataclass_is_written_in_the_declared_order() -> None:
    """The order of the declaration is the order of the schema."""
    value = Outer(
        name="n",
        words=("a", "b"),
        choice=Other(word="w"),
        inner=Inner(number="1"),
        children=(Outer(version="2"),),
        version="2",
    )

    assert written(OUTER, value) == (
        '<Outer xmlns="urn:test" xmlns:far="urn:far"><Name>n</Name><Group><Word>a</Word><Word>b</Word></Group>'
        "<B><Word>w</Word></B><Always><Number>1</Number></Always>"
        "<far:Outer><Name>nobody</Name><Always/></far:Outer></Outer>"
    )


def test_what_is_written_reads_as_the_same_value() -> None:
    """One declaration serves both directions."""
    value = Outer(name="n", words=("a",), choice=Inner(number="1"), inner=Inner(number="2"), version="2")

    assert OUTER.read(element(written(OUTER, value))) == value


def test_a_part_is_made_only_of_what_is_there() -> None:
    """An empty element says nothing."""
    assert OUTER.read(element(f'<Outer xmlns="{NS}"><Always/></Outer>')) == Outer(version="2")


def test_children_are_read_in_any_order_and_namespace() -> None:
    """Whether that is allowed is for the schema to say."""
    read = OUTER.read(
        element(f'<Outer xmlns="{NS}"><x:Always xmlns:x="urn:x"><Number>1</Number></x:Always><Name>n</Name></Outer>')
    )

    assert read == Outer(name="n", inner=Inner(number="1"), version="2")


def test_what_is_where_it_belongs_goes_before_a_namesake() -> None:
    """A stranger's element cannot stand in front of the real one."""
    read = OUTER.read(element(f'<Outer xmlns="{NS}"><x:Name xmlns:x="urn:x">false</x:Name><Name>true</Name></Outer>'))

    assert read.name == "true"


def test_unknown_children_are_passed_by_and_the_first_of_many_counts() -> None:
    """Reading never fails on what was parsed."""
    read = OUTER.read(element(f'<Outer xmlns="{NS}"><Who/><Name>a</Name><Name>b</Name></Outer>'))

    assert read.name == "a"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Outer(unseen="x"), "^unseen: .* Outer$"),
        (Outer(inner=Inner(note="x")), "^note: .* Inner$"),
        (Outer(words=("a", "b", "c")), "^words: .* takes 2, not 3$"),
        (Outer(choice=Outer()), "^choice: .* Outer there$"),  # type: ignore[arg-type]  # what a careless caller may do
        (Outer(children=(Inner(),)), "^Outer: a Inner cannot stand in its place$"),  # type: ignore[arg-type]  # the same
        (Outer(choice=Inner(number="1"), children=(Outer(unseen="deep"),)), "^unseen"),
    ],
)
def test_what_no_child_holds_is_refused_by_name(value: Outer, message: str) -> None:
    """Nothing is lost in silence."""
    record = Record(
        Outer,
        NS,
        *(Field("Word", "words", TEXT, many=True, most=2), Field("A", "choice", INNER), Field("B", "choice", OTHER)),
        Field("Number", "inner.number", TEXT),
        Field("Outer", "children", Deferred(_outer), many=True),
        parts={"inner": Part(Inner)},
        covers=("name",),
    )
    with pytest.raises(SpecError, match=message):
        written(record, value)


def test_values_can_be_changed_on_the_way() -> None:
    """Where a standard keeps one fact in two elements, a record says how to join and split it."""

    def join(values: Values) -> None:
        values["name"] = f"{values.pop('first', '')} {values.pop('last', '')}"

    def split(value: Outer) -> Values:
        first, _, last = (value.name or "").partition(" ")
        return {"first": first, "last": last}

    record = Record(
        Outer,
        NS,
        Field("First", "first", TEXT),
        Field("Last", "last", TEXT),
        after=join,
        before=split,
        covers=("name",),
    )
    value = Outer(name="Vakker Blomst")

    assert written(record, value).endswith("<First>Vakker</First><Last>Blomst</Last></Outer>")
    assert record.read(element(written(record, value))) == value


def test_a_made_part_is_written_from_what_was_made() -> None:
    """The part need not be an attribute of the dataclass."""
    record = Record(
        Outer,
        NS,
        Field("Number", "made.number", TEXT),
        Field("Note", "made.added", TEXT),
        parts={"made": Part(Inner, before=lambda inner: {"added": f"({inner.note})"}, covers=("note",))},
        before=lambda value: {"made": Inner(number=value.name, note="x")},
        covers=("name",),
    )

    assert written(record, Outer(name="7")).endswith("<Number>7</Number><Note>(x)</Note></Outer>")


@pytest.mark.parametrize(
    ("shape", "xml", "value"),
    [
        (TEXT, "<e>ord</e>", "ord"),
        (TEXT, "<e/>", ""),
        (VALUE, '<e V="1"/>', "1"),
        (VALUE, "<e/>", ""),
        (MOMENT, "<e>2026-11-20</e>", Moment("2026-11-20")),
        (MOMENT, "<e/>", Moment("")),
        (MOMENT_VALUE, '<e V="2026"/>', Moment("2026")),
        (MOMENT_VALUE, "<e/>", Moment("")),
        (CS, '<e V="J" DN="Ja"/>', Code("J", "Ja")),
        (CS, "<e/>", Code()),
        (CV, '<e V="1" S="1.2" DN="En" OT="fri"/>', Code("1", "En", "1.2", "fri")),
        (QUANTITY, '<e V="5" U="mg"/>', Quantity("5", "mg")),
        (TELE_ADDRESS, '<e V="tel:1"/>', Telecom(address="tel:1")),
    ],
)
def test_each_shape_reads_and_writes(shape: Shape, xml: str, value: object) -> None:
    """The small words of every standard."""
    made = etree.Element("e")
    shape.fill(made, value)

    assert shape.read(element(xml)) == value
    assert etree.tostring(made).decode() == xml


def test_a_code_of_a_fixed_list_is_written_without_the_list() -> None:
    """The standard says which list it is."""
    made = etree.Element("e")
    CS.fill(made, Code("J", "Ja", "2.16.578.1.12.4.1.1.7304"))

    assert etree.tostring(made) == b'<e V="J" DN="Ja"/>'


@pytest.mark.parametrize(("shape", "value"), [(CS, Code(text="fri")), (TELE_ADDRESS, Telecom(Code("H"), "tel:1"))])
def test_a_shape_refuses_what_it_cannot_hold(shape: Shape, value: object) -> None:
    """Nothing is lost in silence."""
    with pytest.raises(SpecError):
        shape.fill(etree.Element("e"), value)


@pytest.mark.parametrize(("tag", "name"), [("{urn:x}Name", "Name"), ("Name", "Name")])
def test_a_local_name_has_no_namespace(tag: str, name: str) -> None:
    """Elements without a namespace exist too."""
    assert local_name(tag) == name


def test_a_record_can_be_empty() -> None:
    """A dataclass with nothing set gives an element with nothing in it."""
    record = Record(Address, NS, Field("City", "city", TEXT))
    made = etree.Element("e")
    record.fill(made, Address())

    assert etree.tostring(made) == b"<e/>"
    assert record.read(made) == Address()


def test_elements_that_are_the_same_to_the_byte_are_read_once() -> None:
    shape = Remembered(INNER)
    first, again, other = (
        shape.read(element(f'<x xmlns="{NS}"><Number>{number}</Number></x>')) for number in ("1", "1", "2")
    )
    assert first == Inner(number="1")
    assert again is first
    assert other == Inner(number="2")


def test_what_is_written_again_is_written_the_same_and_belongs_to_its_own_document() -> None:
    shape = Remembered(INNER)
    value = Inner(number="1", note="two")
    roots = [etree.Element(f"{{{NS}}}x", nsmap={"a": NS}) for _ in range(3)]
    for root in roots:
        shape.fill(root, value)
    roots[0].clear()
    assert [etree.tostring(root) for root in roots[1:]] == [
        b'<a:x xmlns:a="urn:test"><a:Number>1</a:Number><a:Note>two</a:Note></a:x>'
    ] * 2


def test_a_remembered_shape_refuses_what_its_record_refuses_each_time() -> None:
    outer = Remembered(Record(Outer, NS, Field("Name", "name", TEXT)))
    for _ in range(2):
        with pytest.raises(SpecError, match="unseen"):
            outer.fill(etree.Element("x"), Outer(unseen="y", version="1"))


def test_what_is_long_is_not_remembered() -> None:
    shape = Remembered(INNER)
    xml = f'<x xmlns="{NS}"><Note>{"long " * 1_000}</Note></x>'
    assert shape.read(element(xml)) is not shape.read(element(xml))


def test_too_many_to_remember_are_forgotten_and_read_again() -> None:
    shape = Remembered(INNER)
    first = shape.read(element("<x/>"))
    for number in range(1_024):
        shape.read(element(f"<x>{number}</x>"))
    again = shape.read(element("<x/>"))
    assert again == first
    assert again is not first
