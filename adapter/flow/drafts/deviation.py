"""Tilbakemelding om feil i mottatt melding (avvik, HIS 1151): the message went wrong, not what it says."""

from __future__ import annotations

import re

from adapter.flow.drafts.frame import CannotBeWritten, Writing
from adapter.message.code import Code, coded
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.identity import IdentityNumber
from adapter.message.message import Message
from adapter.message.party import NATIONAL_IDS

#: List 8117.
DEVIATIONS = {"1": "Feil adressat", "2": "Mangelfulle opplysninger", "9": "Annet"}

#: An identity number as people write one, with or without a blank before the last five digits.
_ELEVEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{6} ?[0-9]{5}(?![0-9])")


def deviation(writing: Writing, code: str, text: str) -> Message:
    """Return the message that something went wrong with the one written about.

    Whether that one was answered positively, as it must have been, is for the caller to know.

    Raises:
        CannotBeWritten: There is no such deviation, or the text names somebody else's identity number.
    """
    if code not in DEVIATIONS:
        raise CannotBeWritten(f"There is no deviation {code}.", hint=f"List 8117 has {', '.join(DEVIATIONS)}.")
    refuse_other_patients(writing.about, text)
    note = writing.note(coded(8117, code, DEVIATIONS[code]), text, what=f"deviation {code}")
    return writing.message(
        Dialogmelding(version="1.0", notater=(note,)),
        what=f"deviation {code}",
        type_code=Code("DIALOG_AVVIK", "Tilbakemelding om feil i mottatt melding"),
        conversation=writing.answering(),
    )


def refuse_other_patients(about: Message, text: str) -> None:
    """Raise CannotBeWritten where a text names an identity number that is not the patient's own (scenario 8)."""
    own = about.patient.identified_by(*NATIONAL_IDS) if about.patient else None
    numbers = ("".join(found.split()) for found in _ELEVEN_DIGITS.findall(text))
    if any(number != own and IdentityNumber.of(number).is_valid for number in numbers):
        raise CannotBeWritten(
            "The text names the identity number of another person.",
            hint="Tell what is wrong without the other patient's data.",
        )
