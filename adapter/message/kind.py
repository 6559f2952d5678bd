"""What a message is, and what its content is."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a message is, in the words of the command line."""

    HENVISNING = "henvisning"
    DIALOGMELDING = "dialogmelding"
    APPREC = "apprec"
    EPIKRISE = "epikrise"
    SYKMELDING = "sykmelding"
    LEGEERKLAERING = "legeerklaering"
    EBXML = "ebxml"
    OTHER = "other"
