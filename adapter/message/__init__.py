"""What a message is: neutral, frozen values. No XML, no files, no clock.

message      Message, Kind, Envelope, ConversationRef
party        Party, Organisation, Person, Patient, HealthcareProfessional, Identifier
henvisning   Henvisning and its parts        dialogmelding   Dialogmelding, Notat, Foresporsel
epikrise     Epikrise and its parts          payload         what a message can be about
sykmelding   Sykmelding, ToNav, Audience     legeerklaering  Legeerklaering
receipt      Receipt, OriginalMessage        attachment      Document, Base64Data, Opaque
identity     what an identity number says    code            Code, Quantity, Moment
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from adapter.message.address import Address, Telecom
from adapter.message.attachment import Base64Data, Document, Opaque, PatientReport
from adapter.message.code import Code, Moment, Quantity, coded
from adapter.message.kind import Kind
from adapter.message.message import ConversationRef, Envelope, Message
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Party, Patient, Person
from adapter.message.payload import Payload
from adapter.message.receipt import OriginalMessage, Receipt

if TYPE_CHECKING:
    from adapter.message.dialogmelding import Dialogmelding, Foresporsel, FreeText, Notat, RelatedRole, RelatedUnit
    from adapter.message.epikrise import Epikrise
    from adapter.message.henvisning import Henvisning
    from adapter.message.legeerklaering import Legeerklaering
    from adapter.message.sykmelding import Audience, Sykmelding, ToNav

#: Standards that are loaded with the first message in them, by the names they bring.
_STANDARDS = {
    **dict.fromkeys(
        ("Dialogmelding", "Foresporsel", "FreeText", "Notat", "RelatedRole", "RelatedUnit"), "dialogmelding"
    ),
    "Epikrise": "epikrise",
    "Henvisning": "henvisning",
    "Legeerklaering": "legeerklaering",
    **dict.fromkeys(("Audience", "Sykmelding", "ToNav"), "sykmelding"),
}

__all__ = [
    "Address",
    "Audience",
    "Base64Data",
    "Code",
    "ConversationRef",
    "Dialogmelding",
    "Document",
    "Envelope",
    "Epikrise",
    "Foresporsel",
    "FreeText",
    "HealthcareProfessional",
    "Henvisning",
    "Identifier",
    "Kind",
    "Legeerklaering",
    "Message",
    "Moment",
    "Notat",
    "Opaque",
    "Organisation",
    "OriginalMessage",
    "Party",
    "Patient",
    "PatientReport",
    "Payload",
    "Person",
    "Quantity",
    "Receipt",
    "RelatedRole",
    "RelatedUnit",
    "Sykmelding",
    "Telecom",
    "ToNav",
    "coded",
]


def __getattr__(name: str) -> object:
    """Load a standard when it is first asked for."""
    if name not in _STANDARDS:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_STANDARDS[name]}"), name)
