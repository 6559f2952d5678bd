from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from adapter import resources
from adapter.check.catalog import load_catalog
from adapter.check.schema import MOST_FAULTS, SchemaSet
from adapter.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KITH = "http://www.kith.no/xmlstds"
MSGHEAD = f"{KITH}/msghead/2006-05-24"
APPREC = f"{KITH}/apprec/2012-02-15"
#: Seconds of processor time, on any machine: what is guarded against takes minutes.
PATIENCE = 15.0


@pytest.fixture(scope="module")
def schemas() -> SchemaSet:
    return SchemaSet.load()


def apprec(**changes: str) -> etree._Element:
    """Build a small receipt; keywords replace the parts they name."""
    parts = {
        "attributes": "",
        "gen_date": "2026-11-21T10:00:00",
        "status": '<Status V="1"/>',
        "error": "",
        "after": "",
    } | changes
    hcp = "<HCP><Inst/></HCP>"
    text = f"""<AppRec xmlns="{APPREC}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {parts["attributes"]}>
    <MsgType V="APPREC"/><MIGversion>v1.1 2012-02-15</MIGversion><GenDate>{parts["gen_date"]}</GenDate><Id>1</Id>
    <Sender>{hcp}</Sender><Receiver>{hcp}</Receiver>{parts["status"]}{parts["error"]}
    <OriginalMsgId><MsgType V="HENVISNING"/><IssueDate>2026-11-20T10:00:00</IssueDate><Id>2</Id></OriginalMsgId>
    {parts["after"]}</AppRec>"""
    return etree.fromstring(text)


def msghead(content: str) -> etree._Element:
    party = """<Organisation><OrganisationName>Testklinikken</OrganisationName><Ident><Id>8990100</Id>
    <TypeId V="HER"/></Ident></Organisation>"""
    text = f"""<MsgHead xmlns="{MSGHEAD}"><MsgInfo><Type V="DIALOG_NOTAT"/><MIGversion>v1.2 2006-05-24</MIGversion>
    <GenDate>2026-11-21T10:00:00</GenDate><MsgId>1</MsgId><Sender>{party}</Sender><Receiver>{party}</Receiver></MsgInfo>
    <Document><RefDoc><MsgType V="XML"/><Content>{content}</Content></RefDoc></Document></MsgHead>"""
    return etree.fromstring(text)


def test_a_valid_document_has_no_faults(schemas: SchemaSet) -> None:
    assert schemas.validate(apprec()) == ()


def test_a_tree_is_judged_like_its_root(schemas: SchemaSet) -> None:
    assert schemas.validate(apprec().getroottree()) == ()


def test_a_fault_says_where_it_is(schemas: SchemaSet) -> None:
    (fault,) = schemas.validate(apprec(gen_date="2026-11-21"))

    assert (fault.line, fault.path) == (2, "/*/*[3]")
    assert f"{{{APPREC}}}GenDate" in fault.message


@pytest.mark.parametrize(
    "tree",
    [
        apprec(gen_date="14838400052"),
        apprec(gen_date="O'Blomst' is not\nhere"),
        apprec(status='<Status V="1" S="Blomst"/>'),
        apprec(error='<Error V="1" S="14838400052 Blomst"/>'),
        apprec(status='<Status xsi:type="Blomst14838400052"/>'),
        apprec(status='<Status xsi:nil="Blomst 14838400052"/>'),
        apprec(after="Blomst 14838400052"),
        msghead(""),
        msghead("Blomst 14838400052"),
    ],
)
def test_no_message_quotes_the_document(schemas: SchemaSet, tree: etree._Element) -> None:
    """A value may be a name or an identity number, and messages end up in logs."""
    told = " ".join(fault.message for fault in schemas.validate(tree))

    assert "Blomst" not in told
    assert "14838400052" not in told


def test_a_fixed_value_is_named_but_not_the_value_found(schemas: SchemaSet) -> None:
    tree = msghead("")
    tree.find(f".//{{{MSGHEAD}}}MIGversion").text = "Blomst"

    (fault,) = schemas.validate(tree)

    assert "'v1.2 2006-05-24'" in fault.message
    assert "Blomst" not in fault.message


def test_faults_are_counted_only_so_far(schemas: SchemaSet) -> None:
    tree = apprec(error='<Error S="x"/>' * (MOST_FAULTS + 50))

    assert len(schemas.validate(tree)) == MOST_FAULTS


def test_a_payload_is_judged_inside_its_envelope(schemas: SchemaSet) -> None:
    payload = f'<Dialogmelding xmlns="{KITH}/dialog/2006-10-11">%s</Dialogmelding>'

    assert schemas.validate(msghead(payload % "")) == ()
    assert schemas.validate(msghead(payload % "<Notat/>")) != ()


def test_a_payload_nobody_declared_is_a_fault(schemas: SchemaSet) -> None:
    assert schemas.validate(msghead('<Other xmlns="urn:unknown"/>')) != ()


def test_every_root_in_the_catalog_is_declared(schemas: SchemaSet) -> None:
    """An unknown root is told apart from a bad one by libxml2's words for it."""
    for entry in load_catalog(resources.schemas()).entries.values():
        for root in entry.roots:
            faults = schemas.validate(etree.Element(f"{{{entry.namespace}}}{root}"))

            assert not any("No matching global declaration" in fault.message for fault in faults), root


def test_it_says_which_namespaces_it_knows(schemas: SchemaSet) -> None:
    assert schemas.is_known(MSGHEAD)
    assert not schemas.is_known("urn:unknown")
    assert APPREC in schemas.namespaces


# What a hostile document may try.


def test_a_huge_identifier_is_refused_at_once(schemas: SchemaSet) -> None:
    """The usual pattern for object identifiers takes minutes for this one."""
    tree = apprec(error=f'<Error V="1" S="{"1" * 100_000}x"/>')
    start = time.process_time()

    faults = schemas.validate(tree)

    assert len(faults) == 1
    assert time.process_time() - start < PATIENCE


@pytest.mark.parametrize("pattern", ["1", "1.2", "2.16.578.1.12.4.1.1.8279", " 1.2 "])
def test_identifiers_are_accepted(schemas: SchemaSet, pattern: str) -> None:
    assert schemas.validate(apprec(error=f'<Error S="{pattern}"/>')) == ()


@pytest.mark.parametrize("pattern", ["", ".", "1.", ".1", "1..2", "1 2", "1.x"])
def test_what_only_looks_like_an_identifier_is_refused(schemas: SchemaSet, pattern: str) -> None:
    assert schemas.validate(apprec(error=f'<Error S="{pattern}"/>')) != ()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_keywords: object) -> None:
        pytest.fail("a network connection was tried")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_a_schema_location_in_a_document_is_ignored(schemas: SchemaSet, tmp_path: Path) -> None:
    """A location that exists and would make the payload valid is not looked at either."""
    permissive = tmp_path / "permissive.xsd"
    permissive.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:unknown">'
        '<xs:element name="Other"/></xs:schema>'
    )
    hint = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:unknown {permissive.as_uri()} {APPREC} http://192.0.2.1/x.xsd"'
    )

    assert schemas.validate(apprec(attributes=hint.split(" ", 1)[1])) == ()
    assert schemas.validate(msghead(f'<Other xmlns="urn:unknown" {hint}/>')) != ()


@pytest.mark.parametrize("path", sorted(resources.schemas().glob("*.xsd")), ids=lambda path: path.stem)
def test_no_schema_file_has_a_document_type(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert "<!DOCTYPE" not in text
    assert "(\\d+\\.?)*" not in text


def test_nothing_heavy_is_imported_to_validate() -> None:
    """A single `validate` must answer at once; signxml alone takes 0.2 s to import."""
    code = (
        "import sys; from adapter.check.schema import SchemaSet; SchemaSet.load();"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "lxml" in loaded
    assert not {"signxml", "xmlschema", "cryptography", "pydantic", "sqlalchemy"} & set(loaded)


# The operator's own folder.


def schema_text(namespace: str, body: str = "") -> str:
    return f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="{namespace}"
    targetNamespace="{namespace}" elementFormDefault="qualified">{body}</xs:schema>"""


def test_a_folder_adds_namespaces_and_ours_fill_what_it_lacks(tmp_path: Path) -> None:
    body = '<xs:element name="Own" type="xs:date"/>'
    (tmp_path / "any name.xsd").write_text(schema_text("urn:own?a=1&amp;b=2", body))

    schemas = SchemaSet.load(tmp_path)

    assert schemas.is_known("urn:own?a=1&b=2")
    assert schemas.validate(msghead('<Own xmlns="urn:own?a=1&amp;b=2">2026-11-21</Own>')) == ()
    assert schemas.validate(msghead('<Own xmlns="urn:own?a=1&amp;b=2">never</Own>')) != ()


def test_a_folder_replaces_our_file_of_the_same_namespace(tmp_path: Path) -> None:
    body = '<xs:element name="AppRec" type="xs:boolean"/>'
    (tmp_path / "AppRec-v1.1.xsd").write_text(schema_text(APPREC, body))

    schemas = SchemaSet.load(tmp_path)

    assert schemas.validate(etree.fromstring(f'<AppRec xmlns="{APPREC}">true</AppRec>')) == ()


@pytest.mark.usefixtures("no_network")
def test_imports_are_resolved_by_namespace_wherever_they_point(tmp_path: Path) -> None:
    imported = f"""<xs:import namespace="{KITH}" schemaLocation="http://192.0.2.1/kith.xsd"/>
    <xs:element name="Own"><xs:complexType><xs:sequence><xs:element name="A" type="k:CS" xmlns:k="{KITH}"/>
    </xs:sequence></xs:complexType></xs:element>"""
    (tmp_path / "own.xsd").write_text(schema_text("urn:own", imported))

    schemas = SchemaSet.load(tmp_path)

    assert schemas.validate(etree.fromstring('<Own xmlns="urn:own"><A V="1"/></Own>')) == ()


def test_the_slow_identifier_pattern_of_a_foreign_file_is_made_quick(tmp_path: Path) -> None:
    body = r"""<xs:element name="Own"><xs:simpleType><xs:restriction base="xs:token">
    <xs:pattern value="(\d+\.?)*\d+"/></xs:restriction></xs:simpleType></xs:element>"""
    (tmp_path / "own.xsd").write_text(schema_text("urn:own", body))
    tree = etree.fromstring(f'<Own xmlns="urn:own">{"1" * 100_000}x</Own>')
    start = time.process_time()

    faults = SchemaSet.load(tmp_path).validate(tree)

    assert len(faults) == 1
    assert time.process_time() - start < PATIENCE


def empty(_folder: Path) -> None:
    pass


def malformed(folder: Path) -> None:
    (folder / "own.xsd").write_text("<xs:schema")


def no_schema(folder: Path) -> None:
    (folder / "own.xsd").write_text("<html/>")


def twice(folder: Path) -> None:
    for name in ("a.xsd", "b.xsd"):
        (folder / name).write_text(schema_text("urn:own"))


def unreadable(folder: Path) -> None:
    (folder / "own.xsd").mkdir()


def dangling(folder: Path) -> None:
    (folder / "own.xsd").write_text(schema_text("urn:own", '<xs:element name="Own" type="t:Missing"/>'))


def included(folder: Path) -> None:
    (folder / "own.xsd").write_text(schema_text("urn:own", '<xs:include schemaLocation="http://192.0.2.1/x.xsd"/>'))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (empty, "no schema files"),
        (malformed, "no well-formed XML"),
        (no_schema, "is no XML schema"),
        (twice, "both define the namespace urn:own"),
        (unreadable, "cannot be read"),
        (dangling, "do not fit together"),
        (included, "x.xsd"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, prepare: Callable[[Path], None], told: str) -> None:
    prepare(tmp_path)

    with pytest.raises(ConfigError, match=told):
        SchemaSet.load(tmp_path)
