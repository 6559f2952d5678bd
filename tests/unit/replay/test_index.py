from __future__ import annotations

from pathlib import Path

import pytest

from adapter.replay.index import expected_verdict


def test_the_index_above_the_folder_says_what_a_fixture_comes_to(messages: Path) -> None:
    assert expected_verdict(messages / "henvisning-1.1-feil-dato.xml") == "reject"


def test_what_register_and_store_decide_counts_before_what_the_message_says(messages: Path) -> None:
    assert expected_verdict(messages / "apprec-1.1-positiv.xml") == "ignore"


def test_the_index_of_the_folder_itself_counts_too(tmp_path: Path) -> None:
    (tmp_path / "index.toml").write_text('[[message]]\nfile = "a.xml"\nverdict = "hold"\n')

    assert expected_verdict(tmp_path / "a.xml") == "hold"
    assert expected_verdict(tmp_path / "b.xml") is None


@pytest.mark.parametrize(
    "text",
    ["no toml", 'message = "x"', "[[message]]\nfile = 1\nverdict = 2\n", "[other]\n", '[[message]]\nfile = "a.xml"\n'],
)
def test_what_is_no_index_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.toml").write_text(text)

    assert expected_verdict(tmp_path / "a.xml") is None
