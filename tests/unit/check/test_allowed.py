"""What xmlschema says of a document that breaks its schema, in places and names of the schema."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from adapter.check import allowed
from adapter.check.catalog import load_catalog
from adapter.check.fault import FaultKind
from adapter.message import Message
from adapter.resources import fixtures, schemas
from adapter.wire import write

Build = Callable[..., Message]
FILES = {name: entry.path.as_uri() for name, entry in load_catalog(schemas()).entries.items()}


def explain(document: bytes) -> list[dict[str, Any]]:
    """Explain a document by all schemas there are."""
    return allowed.explain(document, FILES)


def test_it_answers_in_places_and_names_of_the_schema_only(referral: Build) -> None:
    data = write(referral()).replace(b'"1984-03-14"', b'"Vakker"').replace(b"<MsgId>", b"<Rar>Blomst</Rar><MsgId>")
    answer = explain(data)

    root = etree.fromstring(data)
    assert [_name(root, entry["place"]) for entry in answer] == ["DateOfBirth", "Rar"]
    assert "Vakker" not in repr(answer)
    assert "Blomst" not in repr(answer)


def test_it_follows_no_location_in_the_document(referral: Build) -> None:
    hint = b'xsi:schemaLocation="http://www.kith.no/xmlstds/henvisning/2012-02-15 http://127.0.0.1:9/x.xsd" '
    data = write(referral()).replace(
        b"<Message ", b'<Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' + hint, 1
    )

    assert explain(data) == []


def test_a_value_that_xmlschema_trips_over_is_not_explained(referral: Build) -> None:
    data = write(referral()).replace(b'"1984-03-14"', b'"99999999999999999999"')

    assert explain(data) == []


def test_comments_and_instructions_do_not_count_as_places(referral: Build) -> None:
    data = write(referral()).replace(b'"1984-03-14"', b'"Vakker"')
    root = etree.fromstring(data.replace(b"<DateOfBirth", b"<!-- a --><?b c?><DateOfBirth"))

    (entry,) = explain(etree.tostring(root))

    assert _name(root, entry["place"]) == "DateOfBirth"


def test_a_type_is_known_by_the_prefix_the_document_gives_it() -> None:
    receipt = (fixtures() / "messages/apprec-1.1-positiv.xml").read_bytes()
    prefixes = b'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"'
    token, date, unknown = (
        explain(receipt.replace(b"<Id>", b'<Id %b i:type="%b">' % (prefixes, name), 1))
        for name in (b"x:token", b"x:date", b"y:token")
    )

    assert token == []
    assert [3] in [list(entry["place"]) for entry in date]
    assert unknown == []  # xmlschema trips over it


def test_values_that_are_listed_are_told_one_by_one() -> None:
    certificate = (fixtures() / "messages/legeerklaering-komplett.xml").read_bytes()
    (entry,) = explain(certificate.replace(b'typeLegeerklaring="1"', b'typeLegeerklaring="9"'))

    assert entry["allowed"] == ["1", "2", "3", "4"]


def test_a_pattern_is_told_of_an_attribute_too() -> None:
    referral = (fixtures() / "messages/henvisning-2.0-komplett.xml").read_bytes()
    (entry,) = explain(referral.replace(b'S="2.16.578.1.12.4.1.1.9051"', b'S="ja"', 1))

    assert (entry["attribute"], entry["type"]) == ("S", r"\d+(\.\d+)*")


def test_every_kind_of_error_is_told_by_its_kind() -> None:
    """Most of them can be told apart by words of xmlschema only, which a later release may put otherwise."""
    referral = (fixtures() / "messages/henvisning-2.0-komplett.xml").read_bytes()
    for before, after in (
        (b"<MIGversion>v1.2 2006-05-24", b"<MIGversion>v1.3"),
        (b"<GenDate>2026", b"<GenDate>i vinter"),
        (b"<Sender>", b"<Sender>tekst"),
        (b"<Id>8990200</Id>", b"<Id><Id>8990200</Id></Id>"),
        (b'<TypeId V="HER"', b'<TypeId Q="HER"'),
        (b'S="2.16', b'S="ja'),
        (b"</Receiver>", b"<Organisation/></Receiver>"),
        (b"<Content>", b"<Content><Fremmed/>"),
    ):
        assert before in referral
        referral = referral.replace(before, after, 1)

    told = {(entry["kind"], entry.get("attribute")) for entry in explain(referral)}

    assert told == {
        *((FaultKind.BAD_VALUE, None), (FaultKind.BAD_VALUE, "S"), (FaultKind.TEXT_NOT_ALLOWED, None)),
        *((FaultKind.ELEMENT_NOT_ALLOWED, None), (FaultKind.UNEXPECTED_ATTRIBUTE, "Q")),
        *((FaultKind.UNEXPECTED_ELEMENT, None), (FaultKind.UNKNOWN_CONTENT, None)),
    }


def test_it_is_imported_without_what_it_does_not_need() -> None:
    script = "import sys, adapter.check.allowed; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert "xmlschema" in ran.stdout.split()
    assert not {"lxml", "adapter.check.fault", "adapter.check.catalog", "adapter.message"} & set(ran.stdout.split())


def _name(root: etree._Element, place: Sequence[int]) -> str:
    node = root
    for number in place:
        node = list(node.iterchildren("*"))[number]
    return etree.QName(node).localname
