from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Budstikke = Callable[..., Any]


def test_a_message_is_written_to_standard_output(budstikke: Budstikke, specs: Path) -> None:
    ran = budstikke("build", specs / "dialogmelding-1.1-status.toml")

    assert ran.out.startswith("<?xml")
    assert "MsgHead" in ran.out


def test_every_example_is_built_into_a_message_that_may_be_sent(budstikke: Budstikke, specs: Path) -> None:
    examples = sorted(specs.glob("*.toml"))
    assert examples
    failed = {spec.name: ran.err for spec in examples if (ran := budstikke("build", spec)).exit_code}

    assert failed == {}


def test_a_key_nobody_knows_is_named(budstikke: Budstikke, folder: Path) -> None:
    spec = folder / "spec.toml"
    spec.write_text('kind = "henvisning"\nversion = "1.1"\npatent = "none"\n')
    ran = budstikke("build", spec)

    assert ran.exit_code == 2
    assert ran.err.startswith("SPEC-01: ")
    assert "patent" in ran.err
    assert ran.out == ""


def test_what_must_not_be_sent_is_told(budstikke: Budstikke, specs: Path, folder: Path) -> None:
    spec = folder / "spec.toml"
    whole = (specs / "dialogmelding-1.1-status.toml").read_text(encoding="utf-8")
    spec.write_text(f'msg_id = "42"\n{whole}', encoding="utf-8")
    ran = budstikke("build", spec)

    assert ran.exit_code == 1
    assert "MSG-04" in ran.err
    assert ran.out.startswith("<?xml")
