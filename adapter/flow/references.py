"""The ids by which messages find each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from adapter.flow.context import Earlier
from adapter.message.attachment import Base64Data
from adapter.message.dialogmelding import Dialogmelding, Foresporsel
from adapter.message.message import Kind, Message
from adapter.message.party import NATIONAL_IDS

Role = Literal["dedupe", "msg_id", "document_id", "parent", "conversation", "original", "content", "patient"]

#: Under this role an id says: this message has been here. One message only may hold it.
DEDUPE: Literal["dedupe"] = "dedupe"
MSG_ID: Literal["msg_id"] = "msg_id"
DOCUMENT_ID: Literal["document_id"] = "document_id"
PARENT: Literal["parent"] = "parent"
CONVERSATION: Literal["conversation"] = "conversation"
#: The message that a receipt answers for.
ORIGINAL: Literal["original"] = "original"
#: A digest of what a message to NAV says: NAV takes the same words about the same patient once (domain rules A.3).
CONTENT: Literal["content"] = "content"
#: A digest of the patient's number, of what NAV asks and of answers: some answers name no message (domain rules A.6).
PATIENT: Literal["patient"] = "patient"

#: Roles under which messages belong together.
_JOINING = frozenset({MSG_ID, DOCUMENT_ID, PARENT, CONVERSATION, ORIGINAL})
#: Lists whose messages NAV compares by content: from doctors, and answers.
_COMPARED_BY_CONTENT = frozenset({"8126", "8128", "9069"})
#: Lists whose messages may have to find each other by the patient alone: NAV's questions, and answers.
_FOUND_BY_PATIENT = frozenset({"8125", "8126", "8129", "9069"})
#: A statement that NAV returns: the next one may name it by the patient alone too.
_RETURNED = "8127/3"
#: Digests of short numbers differ from those anybody else may have made.
_PATIENT_SALT = b"budstikke patient "


def references_of(message: Message) -> tuple[tuple[Role, str], ...]:
    """Return (role, key) for everything that later messages may be found by; keys are in lower case."""
    return (*ids_of(message), *_digests(message))


def ids_of(message: Message) -> tuple[tuple[Role, str], ...]:
    """Return (role, key) for every id a message has or names; ids are compared without regard to case."""
    return tuple(dict.fromkeys((role, key.strip().lower()) for role, key in _named(message) if key and key.strip()))


def keys_of(message: Message, *, by_content: bool = False) -> frozenset[str]:
    """Return every key to look up before deciding about a message.

    `by_content` adds what finds the same words sent before, which only the sender's own checks ask for: some words
    are sent again and again.
    """
    return frozenset(key for role, key in references_of(message) if by_content or role != CONTENT)


def dedupe_key(message: Message) -> str | None:
    """Return the key that is the same when the same message comes again, or None without a MsgId.

    Receipts count per sender: their ids are not UUIDs everywhere (NAV), so they may clash between parties.
    """
    msg_id = (message.msg_id or "").strip().lower()
    if not msg_id:
        return None
    if message.kind is Kind.APPREC:
        return f"apprec:{message.sender.her_id if message.sender else ''}:{msg_id}"
    return f"message:{msg_id}"


def threads_of(earlier: Iterable[Earlier]) -> tuple[int, ...]:
    """Return the threads that a message joins, oldest first."""
    return tuple(sorted({found.thread for found in earlier if found.thread is not None and found.role in _JOINING}))


def needs_thread(message: Message) -> bool:
    """Tell whether it matters what else was said in the threads that a message joins.

    What begins a conversation needs only what shares an id with it.
    """
    referral = message.henvisning
    if referral is not None:
        return referral.is_change or referral.is_cancellation or message.conversation is not None
    return True


def topic_of(message: Message) -> str | None:
    """Return what a dialogue message is about, as list and code: "9148/2"; None for others.

    Only the first note counts, or else the first question: NAV reads no more either (domain rules A.2).
    """
    dialogue = message.dialogmelding
    if dialogue is None:
        return None
    code = dialogue.notater[0].theme if dialogue.notater else None
    if code is None and dialogue.foresporsler:
        code = dialogue.foresporsler[0].kind
    if code is None or not code.value or not code.list_number:
        return None
    return f"{code.list_number}/{code.value}"


def patient_digest(message: Message) -> str | None:
    """Return a digest of the patient's national identity number, to compare patients by; None without a number."""
    number = message.about.identified_by(*NATIONAL_IDS) if message.about else None
    return hashlib.sha256(_PATIENT_SALT + number.encode()).hexdigest() if number else None


def content_digest(message: Message) -> str | None:
    """Return a digest of what a dialogue message says about whom, without its ids and times; None for others."""
    dialogue = message.dialogmelding
    if dialogue is None:
        return None
    number = message.patient.identified_by(*NATIONAL_IDS) if message.patient else None
    digest = hashlib.sha256(repr((_timeless(dialogue), number)).encode())
    for document in message.attachments:
        for item in document.content or ():
            if isinstance(item, Base64Data):
                digest.update(b"\0")
                digest.update(item.packed())
    return digest.hexdigest()


def _timeless(dialogue: Dialogmelding) -> Dialogmelding:
    """Return a dialogue message without what differs when the same is written once more."""
    notes = tuple(
        replace(note, document_id=None, date=None, foresporsel=_unnamed(note.foresporsel)) for note in dialogue.notater
    )
    return replace(
        dialogue, notater=notes, foresporsler=tuple(replace(q, document_id=None) for q in dialogue.foresporsler)
    )


def _unnamed(question: Foresporsel | None) -> Foresporsel | None:
    return None if question is None else replace(question, document_id=None)


def _named(message: Message) -> Iterator[tuple[Role, str | None]]:
    yield DEDUPE, dedupe_key(message)
    yield MSG_ID, message.msg_id
    yield DOCUMENT_ID, message.document_id
    if message.conversation:
        yield PARENT, message.conversation.parent
        yield CONVERSATION, message.conversation.conversation
    referral = message.henvisning
    if referral is not None and (referral.is_change or referral.is_cancellation):
        # what Henvisning 1.x has in place of a conversation (official receiving tests 28 and 29)
        named = (document for document in message.documents if document.kind and document.kind.value == "REF")
        yield from ((PARENT, document.id) for document in named)
    if message.epikrise:
        # the referral's document id in version 1.x, its MsgId in 2.0 (payload standards I9)
        yield from ((PARENT, referral.id) for referral in message.epikrise.referrals)
    if message.receipt and message.receipt.original:
        yield ORIGINAL, message.receipt.original.id


def _digests(message: Message) -> Iterator[tuple[Role, str]]:
    topic = topic_of(message)
    number = topic.partition("/")[0] if topic else None
    if number in _COMPARED_BY_CONTENT:
        yield CONTENT, f"content:{content_digest(message)}"
    if number in _FOUND_BY_PATIENT or topic == _RETURNED or message.kind is Kind.LEGEERKLAERING:
        patient = patient_digest(message)
        if patient:
            yield PATIENT, f"patient:{patient}"
