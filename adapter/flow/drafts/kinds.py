"""What can be drafted."""

from __future__ import annotations

from enum import StrEnum


class DraftKind(StrEnum):
    """What can be drafted, in the words of the command line."""

    #: Helsefaglig dialog: what a referral lacks.
    QUESTION = "question"
    #: Status på henvisning.
    STATUS = "status"
    #: Tilbakemelding om feil i mottatt melding.
    DEVIATION = "avvik"
    FORWARDING = "viderehenvisning"
    #: To NAV, or to whoever asked.
    ANSWER = "svar"
    #: Need for measures by NAV.
    NEED = "behov"
