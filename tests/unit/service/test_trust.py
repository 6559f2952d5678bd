"""The daemon's own parts judge signatures by the configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter import resources
from adapter.check.finding import Verdict
from adapter.config import Settings, load
from adapter.service import parts

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MESSAGES = resources.fixtures() / "messages"


def settings(folder: Path, trust: str) -> Settings:
    text = resources.example_config().read_text("utf-8").replace('unverifiable = "continue"', trust)
    path = folder / "budstikke.toml"
    path.write_text(text, "utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("trust", "name", "expected"),
    [
        ('unverifiable = "continue"', "henvisning-2.0-med-signatur.xml", Verdict.ACCEPT),
        ('unverifiable = "hold"', "henvisning-2.0-med-signatur.xml", Verdict.HOLD),
        ('unverifiable = "hold"\nroots = "{roots}"', "henvisning-2.0-med-signatur.xml", Verdict.ACCEPT),
        ('unverifiable = "hold"\nroots = "{roots}"', "henvisning-2.0-signatur-ukjent-utsteder.xml", Verdict.HOLD),
        ('unverifiable = "continue"', "henvisning-2.0-signatur-endret-etterpa.xml", Verdict.REJECT),
    ],
)
def test_what_becomes_of_a_signed_message_is_configuration(
    tmp_path: Path, trust: str, name: str, expected: Verdict
) -> None:
    found = settings(tmp_path, trust.format(roots=resources.fixtures() / "trust"))

    with parts.checker(found) as made:
        assert made.check((MESSAGES / name).read_bytes(), parts._policy(found), now=NOW).verdict is expected
