"""Tilbakemelding om feil: HIS 1151 and scenario 8."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.flow.drafts.deviation import DEVIATIONS, deviation
from adapter.flow.drafts.frame import CannotBeWritten, Writing
from adapter.message import Message

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
Example = Callable[[str], Message]


@pytest.fixture
def writing(example: Example, author: Any) -> Writing:
    about = example("henvisning-1.1-komplett")
    return Writing(about=about, sender=about.receiver, author=author, now=NOW)


@pytest.mark.parametrize("code", DEVIATIONS)
def test_every_deviation_can_be_sent_as_it_stands(writing: Writing, findings: Callable[..., Any], code: str) -> None:
    message = deviation(writing, code, "Pasienten er ukjent for oss.")

    assert findings(message) == []
    assert (message.type_code, message.version) == ("DIALOG_AVVIK", "1.0")
    assert message.conversation.parent == message.conversation.conversation == writing.about.msg_id
    (note,) = message.dialogmelding.notater
    assert (note.theme.list_number, note.theme.value, note.theme.name) == ("8117", code, DEVIATIONS[code])
    assert note.text.text == "Pasienten er ukjent for oss."
    assert note.roles[0].person.telecoms[0].address == "tel:77000003"


def test_no_other_patient_is_named(writing: Writing) -> None:
    """Whoever sent the wrong patient learns nothing about the right one (scenario 8)."""
    for number in ("02917100171", "029171 00171"):
        with pytest.raises(CannotBeWritten, match="another person"):
            deviation(writing, "9", f"Gjelder egentlig {number}.")

    own = deviation(writing, "9", "Fødselsnummeret 14838400052 og saken 12345678901 passer ikke.")
    assert own.dialogmelding.notater[0].text is not None


def test_there_are_no_other_deviations(writing: Writing) -> None:
    with pytest.raises(CannotBeWritten, match="no deviation 3"):
        deviation(writing, "3", "Feil")
