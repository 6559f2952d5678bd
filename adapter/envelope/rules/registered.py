"""The rules on what Adresseregisteret says of the parties (HITS 1172, 5.9), as far as that is known here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from adapter.envelope.addressing import NAV
from adapter.envelope.header import MessageHeader, is_digits, is_named_agreement, is_uuid
from adapter.envelope.rules.knowledge import KnownParty, PartyRegister
from adapter.envelope.rules.signed import certificates, read_certificate
from adapter.envelope.rules.subject import Seen, Subject, Unchecked
from adapter.values import value_class

_HEAD = "soap:Header/eb:MessageHeader"
_CPA_ID = f"{_HEAD}/eb:CPAId"
_TIMESTAMP = f"{_HEAD}/eb:MessageData/eb:Timestamp"
#: The library's own reader of addresses goes as deep as their comments do.
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_ON_AGREEMENTS = ("110", "111", "112", "113", "114")


@value_class
class _Side:
    """One of the two parties, and the rules on it."""

    her_id: str
    element: etree._Element | None
    #: The header of the mail that names it.
    mail: str
    is_listed: str
    is_level_two: tuple[str, str]
    is_addressed: str


def check(subject: Subject, register: PartyRegister | None) -> Iterator[Seen | Unchecked]:
    """Yield what a register of parties says against a message, and what cannot be known of it."""
    package = subject.package
    if package is None:
        return
    header = package.message.header
    sides = _sides(subject, header)
    at = header.timestamp.instant if header.timestamp else None
    known = {
        side.mail: register.party(side.her_id, cpa_id=header.cpa_id, at=at) if register else KnownParty()
        for side in sides
    }
    is_with_nav = any(side.her_id == NAV for side in sides)
    for side in sides:
        yield from _presence(side, known[side.mail], is_asked=register is not None)
        yield from _level(side, known[side.mail], is_with_nav=is_with_nav)
    yield from _agreement(subject, header, register, at)
    for side in sides:
        yield from _address(subject, side, known[side.mail])
    if "From" in known:
        yield from _certificate(subject, known["From"])


def _sides(subject: Subject, header: MessageHeader) -> tuple[_Side, ...]:
    """Return the parties that are named as they should be; what is wrong with the others, rules of 5.8 tell."""
    sides = (
        _Side(
            her_id=header.sender.her_id or "",
            element=subject.first(f"{_HEAD}/eb:From"),
            mail="From",
            is_listed="029",
            is_level_two=("030", ""),
            is_addressed="261",
        ),
        _Side(
            her_id=header.receiver.her_id or "",
            element=subject.first(f"{_HEAD}/eb:To"),
            mail="To",
            is_listed="054",
            is_level_two=("054", "type"),
            is_addressed="262",
        ),
    )
    return tuple(side for side in sides if is_digits(side.her_id))


def _presence(side: _Side, party: KnownParty, *, is_asked: bool) -> Iterator[Seen | Unchecked]:
    if not is_asked:
        yield Unchecked(side.is_listed)
    elif party.is_listed is None:
        yield Seen(side.is_listed, "unknown", element=side.element)
    elif not party.is_listed:
        yield Seen(side.is_listed, element=side.element)


def _level(side: _Side, party: KnownParty, *, is_with_nav: bool) -> Iterator[Seen | Unchecked]:
    number, case = side.is_level_two
    if party.is_level_two is None:
        # what nobody has is of no kind, and with NAV either is right
        if party.is_listed is not False and not is_with_nav:
            yield Unchecked(number, case)
    elif not party.is_level_two:
        yield Seen(number, "nav" if is_with_nav else case, element=side.element)


def _agreement(
    subject: Subject, header: MessageHeader, register: PartyRegister | None, at: datetime | None
) -> Iterator[Seen | Unchecked]:
    """Yield what speaks against the agreement that a message goes by; both HER-ids in CPAId name none."""
    if not (is_uuid(header.cpa_id) or is_named_agreement(header.cpa_id)):
        return
    agreement = register.agreement(header.cpa_id) if register else None
    sender, receiver = header.sender.her_id, header.receiver.her_id
    if agreement is None:
        if register and sender and receiver and register.has_agreement(sender, receiver):
            yield Seen("110", element=subject.first(_CPA_ID))
        else:
            yield from (Unchecked(number) for number in _ON_AGREEMENTS)
        return
    if sender and sender not in agreement.her_ids:
        yield Seen("111", element=subject.first(_CPA_ID))
    if receiver and receiver not in agreement.her_ids:
        yield Seen("112", element=subject.first(_CPA_ID))
    if at and agreement.valid_from and at < agreement.valid_from:
        yield Seen("113", element=subject.first(_TIMESTAMP))
    if at and agreement.valid_until and at > agreement.valid_until:
        yield Seen("114", element=subject.first(_TIMESTAMP))


def _address(subject: Subject, side: _Side, party: KnownParty) -> Iterator[Seen | Unchecked]:
    written = subject.entity.headers.get(side.mail) if subject.entity else None
    if not written:
        return
    if not party.addresses:
        yield Unchecked(side.is_addressed)
    elif party.addresses.isdisjoint(_addresses(written)):
        yield Seen(side.is_addressed)


def _addresses(written: str) -> Iterator[str]:
    """Yield the addresses in a header of a mail, with names beside them or without."""
    for address in _IN_BRACKETS.findall(written) or written.split(","):
        yield address.strip().lower()


def _certificate(subject: Subject, sender: KnownParty) -> Iterator[Seen | Unchecked]:
    found = certificates(subject)[:1]
    if not sender.has_known_certificates:
        yield Unchecked("079")
        yield from (Unchecked("044") for _ in found)
    elif not sender.can_sign:
        yield Seen("079", element=subject.first(f"{_HEAD}/eb:From"))
    else:
        for element in found:
            certificate = read_certificate(element)
            if certificate is not None and not sender.signs_with(certificate.der):
                yield Seen("044", element=element)
