"""xmlschema adds to libxml2's words from a child process that can be slow, crash or lie without harm."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from adapter.check.codelists import CodeLists
from adapter.check.explain import Explainer
from adapter.check.explain_process import ExplainProcess
from adapter.check.fault import Fault, FaultKind, read_fault
from adapter.check.ladder import Checker, Policy
from adapter.check.schema import SchemaSet
from adapter.message import Message
from adapter.wire import parse, write

Build = Callable[..., Message]


@pytest.fixture(scope="module")
def explainer() -> Iterator[Explainer]:
    """Return an explainer with time enough for a busy machine."""
    explainer = Explainer(ExplainProcess(patience=30, first_patience=60))
    yield explainer
    explainer.close()


#: A change that libxml2 answers with two names, of which only one has to come.
STRANGER = (b"<Sender>", b"<Sender><Rar/>")


def _read(schemas: SchemaSet, data: bytes) -> tuple[tuple[Fault, ...], etree._Element]:
    root = parse(data)
    return tuple(read_fault(fault, root) for fault in schemas.validate(root)), root


def test_a_bad_date_is_told_by_its_type(referral: Build, schemas: SchemaSet, explainer: Explainer) -> None:
    data = write(referral()).replace(b'"1984-03-14"', b'"Vakker Blomst"')
    faults, root = _read(schemas, data)
    (fault,) = explainer.explain(faults, root)

    assert "xs:date" in (fault.value_type or "")
    assert "Blomst" not in fault.text + fault.norwegian


def test_an_unexpected_element_is_told_with_what_was_expected(
    dialogue: Build, schemas: SchemaSet, explainer: Explainer
) -> None:
    faults, root = _read(schemas, write(dialogue()).replace(*STRANGER))
    (fault,) = explainer.explain(faults, root)

    assert faults[0].expected == ("ComMethod", "Organisation")
    assert (fault.path, fault.expected) == ("/MsgHead/MsgInfo/Sender/Rar", ("Organisation",))


@pytest.mark.parametrize(
    "change",
    [
        (b"<MsgType V=", b"<MsgType W="),
        (b"v1.2 2006-05-24", b"v1.1"),
        (b"<RefDoc>", b"<RefDoc>text"),
    ],
)
def test_no_child_is_started_where_libxml2_has_said_all(
    dialogue: Build, schemas: SchemaSet, change: tuple[bytes, bytes]
) -> None:
    data = write(dialogue())
    faults, root = _read(schemas, data.replace(*change))
    explainer = Explainer()

    assert change[0] in data
    assert faults
    assert explainer.explain(faults, root) == faults
    assert explainer._process._child is None


def test_what_libxml2_did_not_look_at_is_told_by_xmlschema(
    dialogue: Build, schemas: SchemaSet, explainer: Explainer
) -> None:
    """After a stranger libxml2 looks at nothing more in the same element, nor in what is within it."""
    faults, root = _read(schemas, _with(write(dialogue()), *FAULTS))
    told = explainer.explain(faults, root)

    assert [fault.path for fault in faults] == ["/MsgHead/MsgInfo/Rar", "/MsgHead/Document/RefDoc/MsgType"]
    assert sorted((fault.path, fault.kind.value, fault.attribute) for fault in told) == [
        ("/MsgHead/Document/RefDoc/MsgType", "unexpected attribute", "W"),
        ("/MsgHead/MsgInfo/GenDate", "bad value", None),
        ("/MsgHead/MsgInfo/Rar", "unexpected element", None),
        ("/MsgHead/MsgInfo/Sender/Organisation/Ident/TypeId", "unexpected attribute", "W"),
        ("/MsgHead/MsgInfo/Sender/Rar", "unexpected element", None),
    ]
    assert "v\u00e5ren" not in "".join(fault.text + fault.norwegian for fault in told)


def test_without_the_stranger_libxml2_says_the_same(dialogue: Build, schemas: SchemaSet, explainer: Explainer) -> None:
    stranger, *others = FAULTS
    hidden = explainer.explain(*_read(schemas, _with(write(dialogue()), stranger, *others)))
    open_ = explainer.explain(*_read(schemas, _with(write(dialogue()), *others)))

    assert {fault for fault in hidden if fault.path != "/MsgHead/MsgInfo/Rar"} == set(open_)


#: A stranger, three faults behind it, and one elsewhere.
FAULTS = (
    (b"<MIGversion>", b"<Rar/><MIGversion>"),
    (b"<GenDate>", "<GenDate>i v\u00e5ren ".encode()),
    STRANGER,
    (b'<TypeId V="HER"', b'<TypeId W="" V="HER"'),
    (b"<MsgType V=", b"<MsgType W="),
)


def _with(data: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    for before, after in changes:
        assert before in data
        data = data.replace(before, after, 1)
    return data


def test_what_is_told_of_a_value_that_was_cut_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Base64 breaks where it is cut."""
    explainer = Explainer()
    answer = [{"place": [number], "kind": "bad value", "type": "xs:base64Binary"} for number in (1, 2)]
    monkeypatch.setattr(explainer._process, "ask", lambda *_: answer)
    faults = (Fault(kind=FaultKind.UNEXPECTED_ELEMENT, path="/a/Rar", element="Rar"),)

    _, told = explainer.explain(faults, etree.fromstring(f"<a><Rar/><b>{'A' * 5_000}</b><c>A</c></a>"))

    assert told.path == "/a/c"


def test_the_second_explanation_comes_from_the_same_child(
    dialogue: Build, schemas: SchemaSet, explainer: Explainer
) -> None:
    faults, root = _read(schemas, write(dialogue()).replace(*STRANGER))
    explainer.explain(faults, root)
    child = explainer._process._child

    assert child is not None
    assert explainer.explain(faults, root)[0].expected == ("Organisation",)
    assert explainer._process._child is child


def test_a_child_can_be_started_before_it_is_asked(dialogue: Build, schemas: SchemaSet) -> None:
    process = ExplainProcess(patience=0.001, first_patience=60)
    process.start()
    child = process._child
    explainer = Explainer(process)
    (fault,) = explainer.explain(*_read(schemas, write(dialogue()).replace(*STRANGER)))
    assert process._child is child
    explainer.close()

    assert child is not None
    assert fault.expected == ("Organisation",)


def test_a_child_that_died_is_replaced(dialogue: Build, schemas: SchemaSet, explainer: Explainer) -> None:
    faults, root = _read(schemas, write(dialogue()).replace(*STRANGER))
    explainer.explain(faults, root)
    assert explainer._process._child is not None
    os.kill(explainer._process._child[0], signal.SIGKILL)

    assert explainer.explain(faults, root) == faults
    assert explainer.explain(faults, root)[0].expected == ("Organisation",)


def test_a_child_that_takes_too_long_is_given_up(dialogue: Build, schemas: SchemaSet) -> None:
    faults, root = _read(schemas, write(dialogue()).replace(*STRANGER))
    hasty = Explainer(ExplainProcess(first_patience=0.001))

    assert hasty.explain(faults, root) == faults
    assert hasty._process._child is None


def test_a_child_that_cannot_be_started_leaves_nothing_open(
    dialogue: Build, schemas: SchemaSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults, root = _read(schemas, write(dialogue()).replace(*STRANGER))
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    explainer, before = Explainer(), _open_files()

    assert explainer.explain(faults, root) == faults
    assert _open_files() == before


def test_a_child_that_does_not_listen_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("sleep"))
    monkeypatch.setattr(os, "posix_spawn", _sleeping)
    process = ExplainProcess(first_patience=0.1)

    with pytest.raises(TimeoutError):
        process.ask(b"<a>" + b" " * 1_000_000 + b"</a>", {})
    process.close()


def _open_files() -> list[str]:
    return [file.name for file in Path("/proc/self/fd").iterdir()]


def _sleeping(
    path: str, _: object, environment: object, *, file_actions: object, spawn: Callable[..., int] = os.posix_spawn
) -> int:
    return spawn(path, [path, "60"], environment, file_actions=file_actions)


def test_a_document_too_large_for_xmlschema_is_not_sent() -> None:
    root = etree.fromstring(b"<a>" + b"<b/>" * 10_001 + b"</a>")
    faults = (Fault(kind=FaultKind.UNEXPECTED_ELEMENT, path="/a/b", expected=("c", "d")),)
    explainer = Explainer()

    assert explainer.explain(faults, root) == faults
    assert explainer._process._child is None


def test_long_texts_are_cut_before_they_are_sent(referral: Build, schemas: SchemaSet, explainer: Explainer) -> None:
    data = write(referral()).replace(b"<ServProvider>", b"<ServProvider><Rar/>")
    data = data.replace(b"Langvarige", b"x" * 100_000).replace(b"tel:77000001", b"tel:" + b"7" * 1_020)
    faults, root = _read(schemas, data)

    assert explainer.explain(faults, root)[0].expected == ("HCP",)
    assert any(len(element.text or "") > 100_000 for element in root.iter())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ([{"place": [], "expected": 7}], FaultKind.UNEXPECTED_ELEMENT),
        ([{"place": [0], "type": 7, "allowed": "x"}], FaultKind.BAD_VALUE),
        ([{"place": [0], "expected": ["c"]}], FaultKind.BAD_VALUE),
        ([{"place": [1], "type": "xs:date"}, {"place": [-1], "type": "xs:date"}], FaultKind.BAD_VALUE),
        ([{"place": ["0"], "type": "xs:date"}, {"place": 0, "type": "xs:date"}], FaultKind.BAD_VALUE),
        ([{"place": None, "type": "xs:date"}, {"type": "xs:date"}], FaultKind.BAD_VALUE),
        ([], FaultKind.MISSING_ELEMENT),
    ],
)
def test_an_answer_that_makes_no_sense_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: list[dict[str, object]], kind: FaultKind
) -> None:
    explainer = Explainer()
    monkeypatch.setattr(explainer._process, "ask", lambda *_: answer)
    names = () if kind is FaultKind.BAD_VALUE else ("c", "d")
    faults = (Fault(kind=kind, path="/a/b", element="b", expected=names),)

    assert explainer.explain(faults, etree.fromstring("<a><b/></a>")) == faults


def test_a_checker_explains_and_ends_its_child(
    referral: Build, schemas: SchemaSet, codelists: CodeLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a busy machine is given the time to explain
    monkeypatch.setitem(ExplainProcess.__init__.__kwdefaults__, "first_patience", 120.0)
    data = write(referral()).replace(b"<ServProvider>", b"<ServProvider><Rar/>")
    with Checker(schemas, codelists) as checker:
        report = checker.check(data, Policy(), now=datetime(2026, 3, 2, tzinfo=UTC))
        assert checker._explainer is not None
        child = checker._explainer._process._child

    assert [finding.text for finding in report.findings] == ["Rar is not expected here; expected HCP."]
    assert child is not None
    with pytest.raises(ProcessLookupError):
        os.kill(child[0], 0)
