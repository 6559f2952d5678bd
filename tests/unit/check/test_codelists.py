from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from adapter import resources
from adapter.check.codelists import OID_PREFIX, CodeLists
from adapter.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

LIST = """number = 1
oid = "2.16.578.1.12.4.1.1.1"
name = "Test"
source = "here"
date = 2026-11-21

[codes]
"A" = "Første"
"""


@pytest.fixture(scope="module")
def lists() -> CodeLists:
    return CodeLists.load()


@pytest.mark.parametrize("which", [8233, "8233", OID_PREFIX + "8233"])
def test_a_list_is_known_by_number_and_by_oid(lists: CodeLists, which: str | int) -> None:
    assert lists.name_of(which, "SYKM") == "Opplysninger om sykemelding"
    assert lists.knows(which, "SYKM") is True
    assert lists.knows(which, "sykm") is False


@pytest.mark.parametrize(
    "which", ["1", "", OID_PREFIX, "9.9.9.8233", "../8233", "8233.toml", "/etc/passwd", OID_PREFIX + "../catalog"]
)
def test_a_list_that_is_not_at_hand_decides_nothing(lists: CodeLists, which: str) -> None:
    assert lists.knows(which, "A") is None
    assert lists.name_of(which, "A") is None


def test_an_unknown_code_has_no_name(lists: CodeLists) -> None:
    assert lists.name_of(3101, "3") is None


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (3101, "0 1 2 9"),
        (7304, "F J N"),
        (7309, "A C H M N"),
        (8258, "1 2 3"),
        (8221, "E10 E20 E21 E30 E31 E32 E33 E34 E35 E36 E53 E54 S01 S02 S03 S99 T01 T02 T10 T99 X99"),
        (8125, "1 2 3 4"),
        (8126, "1 2 3"),
        (8127, "1 2 3 4 5 6 8 9"),
        (8128, "1 2"),
        (8129, "1 2"),
        (8455, "10 11 99"),
        (8306, "0 3 N PK"),
        (9148, "1 2 3 4"),
    ],
)
def test_the_lists_that_rules_depend_on_are_complete(lists: CodeLists, number: int, codes: str) -> None:
    found = lists.get(number)

    assert found is not None
    assert " ".join(found.codes) == codes


def test_every_list_says_what_it_is(lists: CodeLists) -> None:
    for number in lists.numbers:
        found = lists.get(number)

        assert found is not None
        assert found.number == number
        assert f'oid = "{found.oid}"' in (resources.schemas() / f"codelists/{number}.toml").read_text(encoding="utf-8")
        assert found.name
        assert found.source
        assert found.date >= dt.date(2024, 1, 1)
        assert all(code == code.strip() and name for code, name in found.codes.items())


def test_lists_of_another_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "1.toml").write_text(LIST, encoding="utf-8")

    lists = CodeLists.load(tmp_path)

    assert lists.numbers == (1,)
    assert lists.name_of(1, "A") == "Første"


def test_a_list_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "1.toml"
    path.write_text(LIST, encoding="utf-8")
    lists = CodeLists.load(tmp_path)

    assert lists.knows(1, "A") is True
    path.unlink()
    assert lists.knows(1, "A") is True


@pytest.mark.parametrize(("text", "told"), [("x = ", "no valid TOML"), ("number = 1", "lacks the key 'name'")])
def test_a_broken_list_is_refused_when_it_is_asked_for(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "1.toml").write_text(text)
    lists = CodeLists.load(tmp_path)

    with pytest.raises(ConfigError, match=told):
        lists.get(1)


def test_a_list_that_vanished_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.toml"
    path.write_text(LIST, encoding="utf-8")
    lists = CodeLists.load(tmp_path)
    path.unlink()

    with pytest.raises(ConfigError, match="cannot be read"):
        lists.get(1)
