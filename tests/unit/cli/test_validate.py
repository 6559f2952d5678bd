from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Budstikke = Callable[..., Any]


@pytest.fixture
def referral(budstikke: Budstikke, specs: Path, folder: Path) -> Path:
    """Return a referral that is right in every way."""
    path = folder / "referral.xml"
    assert budstikke("build", specs / "henvisning-1.1.toml", "--output", path).exit_code in {0, 1}
    return path


@pytest.fixture
def broken(folder: Path) -> Path:
    """Return a file that is no XML."""
    path = folder / "broken.xml"
    path.write_text("<Message><MsgId>2b1d</MsgId>")
    return path


def test_a_right_message_is_accepted(budstikke: Budstikke, referral: Path) -> None:
    ran = budstikke("validate", referral)

    assert ran.exit_code == 0
    assert ran.out.splitlines()[0] == f"accept      {referral}  henvisning 1.1 HENVISNING"
    assert ran.out.splitlines()[-1] == "1 file: 1 accept"


def test_json_says_what_the_documentation_says(budstikke: Budstikke, referral: Path) -> None:
    (line,) = budstikke("validate", "--json", referral).out.splitlines()
    told = json.loads(line)

    assert list(told) == ["file", "kind", "version", "type", "msg_id", "verdict", "tags", "apprec", "findings"]
    assert (told["kind"], told["version"], told["type"]) == ("henvisning", "1.1", "HENVISNING")
    assert told["apprec"] == {"version": "1.1", "status": "1", "errors": []}


def test_findings_are_told_with_rule_severity_place_and_hint(budstikke: Budstikke, broken: Path) -> None:
    ran = budstikke("validate", broken)

    assert ran.exit_code == 1
    assert "  MSG-01 reject" in ran.out or "  MSG-01b hold" in ran.out
    assert "\n      " in ran.out

    told = json.loads(budstikke("validate", "--json", broken).out)
    assert set(told["findings"][0]) == {"rule", "severity", "path", "line", "text", "hint", "partner_text"}


def test_a_folder_is_read_in_the_order_of_its_names(
    budstikke: Budstikke, folder: Path, referral: Path, broken: Path
) -> None:
    (folder / "below").mkdir()
    referral.rename(folder / "below" / "Z.XML")
    (folder / "below" / "notes.txt").write_text("not a message")
    ran = budstikke("validate", "--json", folder)

    assert [json.loads(line)["file"] for line in ran.out.splitlines()] == [
        str(folder / "below" / "Z.XML"),
        str(broken),
    ]


def test_a_folder_without_messages_is_a_mistake_in_usage(budstikke: Budstikke, folder: Path) -> None:
    ran = budstikke("validate", folder)

    assert ran.exit_code == 2
    assert "files with that ending are read, at any depth; name files with other endings one by one" in " ".join(
        ran.err.split()
    )


def test_a_path_that_is_not_there_is_a_mistake_in_usage(budstikke: Budstikke, folder: Path) -> None:
    ran = budstikke("validate", folder / "nothing.xml")

    assert ran.exit_code == 2
    assert "nothing.xml" in ran.err


@pytest.mark.usefixtures("referral")
def test_a_file_that_cannot_be_read_stops_no_other(
    budstikke: Budstikke, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = folder / "a-locked.xml"
    locked.write_text("")
    whole = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    ran = budstikke("validate", folder)

    assert ran.exit_code == 3
    assert "Permission denied" in ran.err
    assert ran.out.splitlines()[-1] == "1 file: 1 accept"


def test_a_partner_brings_its_profiles(budstikke: Budstikke, referral: Path, config: Path) -> None:
    def rules(*options: object) -> set[str]:
        told = json.loads(budstikke("validate", "--json", *options, referral).out)
        return {finding["rule"] for finding in told["findings"]}

    assert config.is_file()
    assert not any(rule.startswith("AMO") for rule in rules("--partner", "gp"))
    assert rules("--partner", "clinic") == rules("--profile", "amo")


def test_a_profile_nobody_knows_is_a_mistake_in_usage(budstikke: Budstikke, referral: Path) -> None:
    ran = budstikke("validate", "--profile", "ano", referral)

    assert ran.exit_code == 2
    assert "amo" in ran.err


def test_a_partner_nobody_knows_is_told_with_those_who_are(budstikke: Budstikke, referral: Path, config: Path) -> None:
    ran = budstikke("validate", "--partner", "nav", "--config", config, referral)

    assert ran.exit_code == 2
    assert "gp, clinic" in ran.err


def test_an_outbound_message_is_judged_as_a_sender_does(budstikke: Budstikke, referral: Path) -> None:
    ran = budstikke("validate", "--as", "outbound", "--json", referral)

    assert json.loads(ran.out)["verdict"] in {"accept", "reject"}


def test_strict_tolerates_nothing(budstikke: Budstikke, referral: Path) -> None:
    # A shape that live systems send: a code without its list.
    text = referral.read_text(encoding="utf-8")
    assert budstikke("validate", "--strict", referral).exit_code == 0
    referral.write_text(text.replace("<MsgId>", "<Invented/><MsgId>", 1), encoding="utf-8")

    assert budstikke("validate", "--strict", referral).exit_code == 1
