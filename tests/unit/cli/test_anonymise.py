"""`budstikke anonymise`: what it writes, what it tells, and when it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapter import resources
from adapter.cli.main import main

MESSAGES = resources.fixtures() / "messages"
REFERRAL = MESSAGES / "henvisning-1.1-komplett.xml"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["anonymise", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_a_message_becomes_a_fixture_and_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(REFERRAL, "--into", tmp_path / "nye") == 0

    out = capsys.readouterr().out
    assert f"made      {REFERRAL} -> 001-henvisning-1.1.xml" in out
    assert "× names of people" in out
    assert (tmp_path / "nye" / "report.md").read_text(encoding="utf-8") in out
    assert b"14838400052" not in (tmp_path / "nye" / "001-henvisning-1.1.xml").read_bytes()


def test_machines_get_a_line_for_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tom.xml").write_bytes(b"")

    assert run(REFERRAL, tmp_path / "tom.xml", "--into", tmp_path / "nye", "--json") == 1

    made, refused = map(json.loads, capsys.readouterr().out.splitlines())
    assert (made["fixture"], made["verdict"], made["differences"]) == ("001-henvisning-1.1.xml", "accept", [])
    assert made["replaced"]["days of birth"] == 1
    assert refused["fixture"] is None
    assert refused["refused"].startswith("it holds no XML")


def test_what_is_refused_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tom.xml").write_bytes(b"")

    assert run(tmp_path, "--into", tmp_path / "nye") == 1

    assert f"refused   {tmp_path / 'tom.xml'}: it holds no XML" in capsys.readouterr().out


def test_the_same_key_gives_the_same_fixtures(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef0123456789abcdef")

    for name in ("a", "b"):
        assert run(REFERRAL, "--into", tmp_path / name, "--key", key) == 0
    assert run(REFERRAL, "--into", tmp_path / "c") == 0

    first, second, other = ((tmp_path / name / "001-henvisning-1.1.xml").read_bytes() for name in "abc")
    assert first == second != other


def test_numbers_of_the_map_are_used_and_navs_can_go(tmp_path: Path) -> None:
    numbers = tmp_path / "her.toml"
    numbers.write_text('"8990101" = "111222"\n[organisation]\n"889640782" = "310000302"\n', encoding="utf-8")
    to_nav = MESSAGES / "dialogmelding-1.0-nav-behov-for-tiltak.xml"

    assert run(REFERRAL, to_nav, "--into", tmp_path / "nye", "--map", numbers, "--replace-nav") == 1

    referral, inquiry = (path.read_text(encoding="utf-8") for path in sorted((tmp_path / "nye").glob("*.xml")))
    assert "<Id>111222</Id>" in referral
    assert "310000302" in inquiry
    assert "79768" not in inquiry


@pytest.mark.parametrize("text", ['"a" = "1"', '"1" = 2', "1 = [", '[x]\n"1" = "b"'])
def test_a_map_with_mistakes_is_refused(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "her.toml").write_text(text, encoding="utf-8")

    assert run(REFERRAL, "--into", tmp_path / "nye", "--map", tmp_path / "her.toml") == 2

    assert "The map" in capsys.readouterr().err
    assert not (tmp_path / "nye").exists()


def test_a_folder_with_files_is_not_written_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fra-i-går.xml").write_bytes(b"")

    assert run(REFERRAL, "--into", tmp_path) == 2

    assert "is not empty" in capsys.readouterr().err


def test_a_folder_without_messages_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--into", tmp_path / "nye") == 2

    assert "no *.xml" in capsys.readouterr().err
