"""Drafts on the command line: what a person at the clinic types, and what comes of it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.schema import SchemaSet
from adapter.cli.main import Invocation
from adapter.cli.verbs import build
from adapter.config import load
from adapter.flow.context import Arrival
from adapter.flow.drafts.kinds import DraftKind
from adapter.message.state import DeliveryState
from adapter.service import parts as parts_module
from adapter.service.parts import Parts
from adapter.store import NewMessage, Store
from adapter.wire import read

Budstikke = Callable[..., Any]

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
AUTHOR = "Rolig Skog, FT Fysioterapeut, 565501872, 77000003"


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(SchemaSet.load(), CodeLists.load(), explain=False)


@pytest.fixture
def desk(config: Path, checker: Checker, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """Return what lets a message of the fixtures come in."""
    monkeypatch.setattr(parts_module, "checker", lambda *_: checker)
    for name in ("gp/in", "gp/out", "clinic/in", "clinic/out"):
        (config.parent / "var" / name).mkdir(parents=True)

    def take(fixture: str) -> int:
        data = (resources.fixtures() / "messages" / fixture).read_bytes()
        with closing(Parts.build(load(config))) as parts:
            with parts.store.writing() as ledger:
                (number,) = ledger.receive([NewMessage(channel="gp-epj", source=fixture, data=data)], at=NOON)
            parts.desk.process([Arrival(id=number, channel="gp-epj", data=data, received_at=NOON)], NOON)
        return number

    return take


@pytest.fixture
def referral(desk: Callable[[str], int]) -> int:
    return desk("henvisning-1.1-komplett.xml")


def begun(budstikke: Budstikke, *arguments: object) -> int:
    """Return the number of a draft that the command began."""
    ran = budstikke("drafts", "new", *arguments)
    assert ran.exit_code == 0, ran.err
    found = re.match(r"Draft (\d+) waits for approval; task \d+\.\n", ran.out)
    assert found is not None
    return int(found[1])


def test_where_nothing_was_drafted_there_is_nothing(budstikke: Budstikke, referral: int) -> None:
    assert referral
    assert budstikke("drafts").out == "No drafts.\n"


def test_a_decline_is_begun_completed_and_sent(budstikke: Budstikke, referral: int, config: Path) -> None:
    ran = budstikke("drafts", "new", "status", referral, "--code", 4, "--as", AUTHOR, "--by", "Kari")
    draft = int(ran.out.split()[1])
    assert ran.out.endswith(f"It is not complete yet: budstikke drafts edit {draft} --text …\n")

    (listed,) = map(json.loads, budstikke("drafts", "--json").out.splitlines())
    assert (listed["id"], listed["topic"], listed["about"]) == (draft, "9148/4", referral)
    assert (listed["from"], listed["to"], listed["missing"]) == ("clinic", "gp", ["text"])
    assert "9148/4" in budstikke("drafts").out

    refused = budstikke("drafts", "approve", draft)
    assert (refused.exit_code, refused.err.splitlines()[0]) == (
        3,
        f"ACT-01: Draft {draft} is not written yet: it lacks its text.",
    )
    assert f"budstikke drafts edit {draft} --text …" in refused.err

    assert budstikke("drafts", "edit", draft, "--text", "Annet tilbud.").out == f"Draft {draft} is changed.\n"
    assert budstikke("drafts", "approve", draft, "--by", "Kari").out.startswith(f"Message {draft} goes out.\n")
    with Store.open(f"sqlite:///{config.parent}/var/budstikke.db") as store, store.reading() as query:
        (delivery,) = query.deliveries_of([draft])
        assert (delivery.channel, delivery.state) == ("gp-epj", DeliveryState.QUEUED)
    assert budstikke("drafts").out == "No drafts.\n"


def test_a_draft_is_shown_as_its_reader_will_see_it(budstikke: Budstikke, referral: int) -> None:
    draft = begun(budstikke, "avvik", referral, "--code", 1, "--text", "Ukjent hos oss.", "--as", AUTHOR)

    assert "Ukjent hos oss." in budstikke("drafts", "show", draft).out
    assert budstikke("drafts", "show", draft, "--html").out.startswith("<!DOCTYPE html>")
    shown = json.loads(budstikke("drafts", "show", draft, "--json").out)
    assert (shown["id"], shown["message"]["type"]["value"]) == (draft, "DIALOG_AVVIK")
    message = read(budstikke("drafts", "show", draft, "--xml").out.encode())
    assert message.dialogmelding is not None
    assert message.dialogmelding.notater[0].text is not None
    assert budstikke("drafts", "show", draft, "--html", "--xml").exit_code == 2


def test_what_a_draft_lacks_is_shown_with_it(budstikke: Budstikke, referral: int) -> None:
    draft = begun(budstikke, "question", referral)

    assert f"budstikke drafts edit {draft} --text … --as …" in budstikke("drafts", "show", draft).out


def test_a_longer_text_comes_from_a_file(budstikke: Budstikke, referral: int, folder: Path) -> None:
    text = folder / "tekst.txt"
    text.write_text("Første linje\nandre linje æøå", "utf-8")
    draft = begun(budstikke, "question", referral, "--text-file", text, "--as", AUTHOR)
    assert "- andre linje æøå" in budstikke("drafts", "show", draft).out

    text.write_bytes(b"\xff")
    ran = budstikke("drafts", "edit", draft, "--text-file", text)
    assert ran.exit_code == 2
    assert "is not UTF-8" in ran.err
    assert budstikke("drafts", "edit", draft, "--text-file", text, "--text", "A").exit_code == 2


def test_a_call_in_says_when_and_where(budstikke: Budstikke, referral: int) -> None:
    arguments = ("--code", 1, "--place", "Poliklinikken", "--appointment", "2026-04-02T11:00", "--as", AUTHOR)
    draft = begun(budstikke, "status", referral, *arguments, "--deadline", "2026-06-01")

    shown = budstikke("drafts", "show", draft).out
    for said in ("Tid: 02.04.2026 kl. 11.00", "Sted: Poliklinikken", "Frist for nødvendig helsehjelp: 01.06.2026"):
        assert said in shown


def test_a_draft_that_is_discarded_is_gone(budstikke: Budstikke, referral: int) -> None:
    draft = begun(budstikke, "status", referral, "--code", 2, "--as", AUTHOR)

    ran = budstikke("drafts", "discard", draft, "--by", "Kari", "--note", "not ours")

    assert ran.out == f"Draft {draft} is discarded.\n"
    assert budstikke("drafts", "show", draft).exit_code == 3


def test_a_check_that_stops_a_draft_is_overridden_with_a_reason(
    budstikke: Budstikke, desk: Callable[[str], int]
) -> None:
    about = desk("henvisning-1.1-uten-telefon.xml")
    draft = begun(budstikke, "viderehenvisning", about, "--to", "clinic", "--as", AUTHOR)
    refused = budstikke("drafts", "approve", draft)
    assert refused.exit_code == 3
    assert f"Draft {draft} is stopped by AMO-06" in refused.err

    sent = budstikke("drafts", "approve", draft, "--override", "asked by phone")

    assert sent.exit_code == 0
    assert "AMO-06 block" in sent.out


def test_whoever_should_have_a_copy_and_has_no_channel_is_named(
    budstikke: Budstikke, desk: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.service.composing.copy_addresses", lambda _message: ("8990299", "8990201"))
    about = desk("henvisning-1.1-komplett.xml")

    ran = budstikke("drafts", "new", "status", about, "--code", 2, "--as", AUTHOR)

    assert "HER-id 8990299 should have a copy" in ran.out
    assert "8990201" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "brev", 1), "Invalid value for 'KIND'"),
        (("new", "status", 1, "--as", "Rolig Skog"), "name, profession, HPR, phone"),
        (("new", "status", 1, "--seniority", "i går"), "write a date"),
        (("edit", 1), "nothing to change"),
    ],
)
@pytest.mark.usefixtures("referral")
def test_a_mistake_in_the_command_is_told(budstikke: Budstikke, arguments: tuple[object, ...], said: str) -> None:
    ran = budstikke("drafts", *arguments)

    assert ran.exit_code == 2
    assert said in " ".join(ran.err.split())


def test_a_draft_that_no_standard_has_is_refused(budstikke: Budstikke, referral: int) -> None:
    ran = budstikke("drafts", "new", "svar", referral)

    assert ran.exit_code == 3
    assert ran.err.startswith("DRF-01: The message asks nothing")


def test_the_options_stand_after_the_verb(budstikke: Budstikke, referral: int) -> None:
    assert budstikke("drafts", "--json", "show", referral).exit_code == 2


PAGE = (Path(__file__).parents[3] / "docs" / "drafts.md").read_text("utf-8")
COMMANDS = re.findall(r"budstikke (drafts [^`#\n]*)", PAGE)


def test_the_page_about_drafts_shows_every_verb_and_kind() -> None:
    words = " ".join(COMMANDS).split()

    assert {"show", "new", "edit", "approve", "discard"} <= set(words)
    assert set(DraftKind) <= set(words)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_about_drafts_can_be_typed(line: str) -> None:
    """The command itself reads them: verbs, options and values."""
    _, *rest = shlex.split(line)
    context = get_group(build()).make_context("budstikke", ["drafts", *rest], obj=Invocation())
    group = get_group(build()).commands["drafts"]
    if not rest:
        return
    verb, *arguments = rest

    assert group.commands[verb].make_context(verb, arguments, parent=context).params
