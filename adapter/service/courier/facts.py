"""What the store knows of an envelope, from its header, and a header from what the store knows."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from adapter.envelope.header import HER, MessageHeader, PartyId, Service, Side
from adapter.envelope.signal import EbxmlMessage, SignedReference
from adapter.store.facts import EnvelopeFacts


def facts_of(message: EbxmlMessage, references: Iterable[SignedReference] = ()) -> EnvelopeFacts:
    """Return what to write down of an envelope and of what its signature refers to. Nothing personal."""
    header, receipt = message.header, message.acknowledgment
    return EnvelopeFacts(
        message_id=header.message_id or None,
        conversation_id=header.conversation_id or None,
        cpa_id=header.cpa_id or None,
        service=header.service.value or None,
        service_type=header.service.kind,
        action=header.action or None,
        sender_her=header.sender.her_id,
        receiver_her=header.receiver.her_id,
        sender_role=header.sender.role,
        receiver_role=header.receiver.role,
        refers_to=receipt.ref_to_message_id if receipt else header.ref_to_message_id,
        digest=digest_of(references),
    )


def header_of(facts: EnvelopeFacts) -> MessageHeader:
    """Return a header as far as an answer to it goes."""
    return MessageHeader(
        sender=_side(facts.sender_her, facts.sender_role),
        receiver=_side(facts.receiver_her, facts.receiver_role),
        cpa_id=facts.cpa_id or "",
        conversation_id=facts.conversation_id or "",
        service=Service(facts.service or "", facts.service_type),
        action=facts.action or "",
        message_id=facts.message_id or "",
    )


def digest_of(references: Iterable[SignedReference]) -> str | None:
    """Return what two envelopes with the same content have in common, hexadecimal; None for an unsigned one."""
    lines = sorted("\n".join(reference.digest) for reference in references)
    return sha256("\n\n".join(lines).encode()).hexdigest() if lines else None


def _side(her_id: str | None, role: str | None) -> Side:
    return Side((PartyId(her_id, HER),) if her_id else (), role)
