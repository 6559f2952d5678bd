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

from adapter.message.address import Address, Telecom
from adapter.message.attachment import Base64Data, Document, Opaque, PatientReport
from adapter.message.code import Code, Moment, Quantity, coded
from adapter.message.dialogmelding import Dialogmelding, Foresporsel, FreeText, Notat, RelatedRole, RelatedUnit
from adapter.message.epikrise import Epikrise
from adapter.message.henvisning import Henvisning
from adapter.message.legeerklaering import Legeerklaering
from adapter.message.message import ConversationRef, Envelope, Kind, Message
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Party, Patient, Person
from adapter.message.receipt import OriginalMessage, Receipt
from adapter.message.sykmelding import Audience, Sykmelding, ToNav

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
