"""What a reader must see before anything else: what the message does, how urgent it is, who has a copy."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.message import Envelope, Epikrise, Henvisning, Legeerklaering, Message, Party, Receipt, Sykmelding
from adapter.message.dialogmelding import Dialogmelding
from adapter.show import sick_note
from adapter.show.page import Notice, plain

SIGNATURE = "Signature"
_COPY = "COP"
#: Lists 8304, 8306 (referrals) and 9067 (questions).
_EMERGENCY_REFERRAL, _EMERGENCY_QUESTION = "0", "1"


def notices(message: Message) -> Iterator[Notice]:
    """Yield the notices of a message, the most urgent first."""
    payload = message.payload
    if _is_emergency(message):
        yield Notice(text="Øyeblikkelig hjelp.", is_urgent=True)
    if isinstance(payload, Henvisning | Epikrise):
        yield from _change(payload)
    if isinstance(payload, Receipt) and payload.status and payload.status.value == "2":
        yield Notice(text="Meldingen er avvist av mottakeren.", is_urgent=True)
    if isinstance(payload, Sykmelding):
        yield from (Notice(text=text) for text in sick_note.notices(payload))
    if isinstance(payload, Legeerklaering) and payload.withholds:
        yield Notice(text="Noe i erklæringen bør pasienten ikke få vite av medisinske grunner.", is_urgent=True)
    if message.status and message.status.value == "TEST":
        yield Notice(text="Testmelding.", is_urgent=True)
    copies = [plain(name_of(party)) for party in message.other_receivers if is_copy(message, party)]
    if copies:
        yield Notice(text=_copy_text(copies, message.receiver))
    if message.opaque and message.opaque.name == SIGNATURE:
        yield Notice(text="Meldingen har en elektronisk signatur. Her vises bare at den finnes.")


def is_copy(message: Message, party: Party) -> bool:
    """Tell whether another receiver of a message is one that gets a copy."""
    if message.envelope is Envelope.MESSAGE:
        return True  # they have no other kind (CopyDest)
    return party.role is not None and party.role.value == _COPY


def name_of(party: Party) -> str:
    """Return what a party is called, from the outside in: "Sykehuset, Avdelingen"."""
    names: list[str] = []
    organisation = party.organisation
    while organisation:
        names += filter(None, [organisation.name, *(person.name for person in organisation.people)])
        organisation = next(iter(organisation.units), None)
    if party.person and party.person.name:
        names.append(party.person.name)
    return ", ".join(dict.fromkeys(names))


def _copy_text(copies: list[str], receiver: Party | None) -> str:
    """Say who reads a copy: a receiver of one must see that this is what it has (HISD 80716)."""
    named = "; ".join(filter(None, copies)) or "andre mottakere"
    main = plain(name_of(receiver)) if receiver else ""
    return f"Kopi til {named}." + (f" Hovedmottaker er {main}." if main else "")


def _change(payload: Henvisning | Epikrise) -> Iterator[Notice]:
    what = "henvisningen" if isinstance(payload, Henvisning) else "epikrisen"
    if payload.is_cancellation:
        yield Notice(text=f"Kansellering: {what} trekkes tilbake.", is_urgent=True)
    if payload.is_change:
        yield Notice(text="Endring: innholdet erstatter det som er sendt før.")


def _is_emergency(message: Message) -> bool:
    match message.payload:
        case Henvisning(requested=requested) if requested and requested.priority:
            return requested.priority.value == _EMERGENCY_REFERRAL
        case Dialogmelding(foresporsler=questions):
            return any(asked.urgency and asked.urgency.value == _EMERGENCY_QUESTION for asked in questions)
    return False
