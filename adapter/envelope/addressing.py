"""What an envelope says of the message inside: Service, Action, roles, and who the two parties are.

Between health services all of it follows from the code of the message (HISD 1209); NAV has a table of its own
(domain rules A.2, A.5, A.8). An envelope names the communication parties themselves, level 2 (HIS 1153-3); with NAV
both sides are named at level 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from adapter.check.nav_facts import Process
from adapter.envelope.header import MessageHeader, Service, Side, Stamp, cpa_id
from adapter.message.message import Kind, Message
from adapter.message.party import Party
from adapter.values import value_class

#: NAV's HER-id.
NAV = "79768"
APPREC = "APPREC"
_CODE, _STRING = "kithService", "string"
#: NAV's receipts, and the answers to NAV that are receipts.
_NAV_RECEIPTS = frozenset({"Bekreftelse", "Kvittering", "Svar"})
_DOCTOR, _CASEWORKER = "Sykmelder", "Saksbehandler"
#: The doctor by another name, which NAV has for who writes a statement (domain rules A.7).
_AUTHOR = "Lege"
#: One action, two names: NAV's table has one, and its system sends the other (A.8).
_SAME_ACTIONS = frozenset({"MoteInnkalling", "MoteRespons"})


class Way(StrEnum):
    """Which table holds."""

    #: Between health services.
    PROVIDERS = "providers"
    TO_NAV = "to nav"
    FROM_NAV = "from nav"


@value_class
class Coupling:
    """What a message is for, in the words of the transport."""

    service: str
    action: str
    sender_role: str
    receiver_role: str
    #: The type of the service.
    kind: str = _CODE

    @classmethod
    def of_type(cls, code: str) -> Coupling:
        """Return the coupling of a code of list 8279 (HISD 1209)."""
        return cls(service=f"S-{code}", action=code, sender_role=f"{code}sender", receiver_role=f"{code}receiver")

    @classmethod
    def of_nav(cls, service: str, action: str, *, is_ours: bool = True) -> Coupling:
        """Return a coupling of NAV's table, as we send it or as NAV does."""
        ours, theirs = (_DOCTOR, _CASEWORKER) if is_ours else (_CASEWORKER, _DOCTOR)
        return cls(service=service, action=action, sender_role=ours, receiver_role=theirs, kind=_STRING)


#: What NAV sends and what it takes, beside the dialogue messages that `Process` knows.
_TO_NAV = {
    Kind.SYKMELDING: Coupling.of_nav("Sykmelding", "Registrering"),
    Kind.LEGEERKLAERING: replace(Coupling.of_nav("Legemelding", "Legeerklaring"), sender_role=_AUTHOR),
}
_INVITATIONS = "8125"
_PLAN = ("8127", "1")


def way(message: Message) -> Way:
    """Tell which table holds for a message, by its parties."""
    if message.receiver is not None and NAV in message.receiver.her_ids():
        return Way.TO_NAV
    return Way.FROM_NAV if message.sender is not None and NAV in message.sender.her_ids() else Way.PROVIDERS


def coupling(message: Message) -> Coupling | None:
    """Return what the envelope of a message must say; None for a receipt, which goes by what it answers."""
    if message.kind is Kind.APPREC:
        return None
    match way(message):
        case Way.TO_NAV:
            return _to_nav(message)
        case Way.FROM_NAV:
            return _from_nav(message)
        case _:
            return Coupling.of_type(message.type_code) if message.type_code else None


def receipt_coupling(original: MessageHeader) -> Coupling:
    """Return the coupling of the receipt (AppRec) for a message that came: the same service, the roles exchanged."""
    is_navs = NAV in {original.sender.her_id, original.receiver.her_id}
    return Coupling(
        service=original.service.value,
        action="Kvittering" if is_navs else APPREC,
        sender_role=original.receiver.role or "",
        receiver_role=original.sender.role or "",
        kind=original.service.kind or (_STRING if is_navs else _CODE),
    )


def header(
    message: Message,
    stamp: Stamp,
    *,
    conversation_id: str,
    agreement: str | None = None,
    original: MessageHeader | None = None,
) -> MessageHeader | None:
    """Return the header for a message; None where its parties or its coupling are not known.

    `agreement` is the CPAId where there is one. `original` is the
    header that came with what a receipt answers: it needs one.
    """
    said = coupling(message) if original is None else receipt_coupling(original)
    sender, receiver = parties(message)
    if said is None or sender is None or receiver is None:
        return None
    return MessageHeader(
        sender=Side.of(sender, said.sender_role or None),
        receiver=Side.of(receiver, said.receiver_role or None),
        cpa_id=agreement or cpa_id(sender, receiver),
        conversation_id=conversation_id,
        service=Service(said.service, said.kind),
        action=said.action,
        message_id=stamp.message_id,
        timestamp=stamp.timestamp,
        eliminates_duplicates=True,
        descriptions=(stamp.software.description(),),
    )


def parties(message: Message) -> tuple[str | None, str | None]:
    """Return the HER-ids of sender and receiver as an envelope names them."""
    is_navs = way(message) is not Way.PROVIDERS
    return _her_id(message.sender, is_navs=is_navs), _her_id(message.receiver, is_navs=is_navs)


@value_class(kw_only=False)
class Mismatch:
    """Something that the envelope says and the message inside does not."""

    #: The element of the envelope.
    element: str
    told: str
    expected: str


def mismatches(header: MessageHeader, message: Message) -> tuple[Mismatch, ...]:
    """Return where an envelope contradicts the message inside.

    Either level of addressing is taken: systems differ in it, and both name the same party. A role that is missing is
    not told.
    """
    return tuple(
        Mismatch(element, told, " or ".join(sorted(expected)))
        for element, told, expected in (*_said_of_parties(header, message), *_said_of_content(header, message))
        if expected and told not in expected
    )


def _said_of_parties(header: MessageHeader, message: Message) -> Iterator[tuple[str, str, frozenset[str]]]:
    for element, side, party in (("From", header.sender, message.sender), ("To", header.receiver, message.receiver)):
        yield element, side.her_id or "", frozenset(party.her_ids() if party else ())


def _said_of_content(header: MessageHeader, message: Message) -> Iterator[tuple[str, str, frozenset[str]]]:
    if message.kind is Kind.APPREC:
        is_navs = way(message) is not Way.PROVIDERS
        yield "Action", header.action, _NAV_RECEIPTS if is_navs else frozenset({APPREC})
        return
    said = coupling(message)
    if said is None:
        return
    actions = _SAME_ACTIONS if said.action in _SAME_ACTIONS else frozenset({said.action})
    yield "Service", header.service.value, frozenset({said.service})
    yield "Action", header.action, actions
    yield "From/Role", header.sender.role or said.sender_role, frozenset({said.sender_role})
    yield "To/Role", header.receiver.role or said.receiver_role, frozenset({said.receiver_role})


def _to_nav(message: Message) -> Coupling | None:
    process = Process.by_content(message)
    if process is None:
        return _TO_NAV.get(message.kind)
    service, _, action = process.value.partition("/")
    return Coupling.of_nav(service, action)


def _from_nav(message: Message) -> Coupling | None:
    """Return the coupling of a dialogue message of NAV's (A.5); None for another."""
    note = next(iter(message.dialogmelding.notater), None) if message.dialogmelding else None
    asks = message.dialogmelding.foresporsler if message.dialogmelding else ()
    if asks:
        is_meeting = asks[0].kind is not None and asks[0].kind.list_number == _INVITATIONS
        service, action = (
            ("DialogmoteInnkalling", "MoteInnkalling") if is_meeting else ("ForesporselFraSaksbehandler", "Foresporsel")
        )
    elif note is not None:
        theme = (note.theme.list_number, note.theme.value) if note.theme else None
        service, action = (
            ("Oppfolgingsplan", "Plan") if theme == _PLAN else ("HenvendelseFraSaksbehandler", "Henvendelse")
        )
    else:
        return None
    return Coupling.of_nav(service, action, is_ours=False)


def _her_id(party: Party | None, *, is_navs: bool) -> str | None:
    """Return the HER-id of the communication party, or, with NAV, of its organisation."""
    her_ids = party.her_ids() if party is not None else ()
    return (her_ids[0] if is_navs else her_ids[-1]) if her_ids else None
