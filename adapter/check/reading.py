"""What the rules of every profile ask a message: its texts, its phone numbers, where its parts stand."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from adapter.message import (
    Dialogmelding,
    Envelope,
    FreeText,
    HealthcareProfessional,
    Henvisning,
    Message,
    Telecom,
)
from adapter.message.henvisning import InformationItem, Observation, ResultItem, TextResult

_DIALOGUE = "/MsgHead/Document/RefDoc/Content/Dialogmelding"
_REFERRAL = "/MsgHead/Document/RefDoc/Content/Henvisning"
_OLD_REFERRAL = "/Message/ServReq"
_TAG = re.compile(rb"<[^>]*>")
_PHONE_DIGITS = 8


def root_path(message: Message) -> str:
    """Return where the standard keeps the content."""
    if message.envelope is Envelope.MESSAGE:
        return _OLD_REFERRAL
    return _DIALOGUE if message.dialogmelding is not None else _REFERRAL


def receiver_path(message: Message) -> str:
    """Return where the standard keeps the receiver."""
    return f"{_OLD_REFERRAL}/ServProvider" if message.envelope is Envelope.MESSAGE else "/MsgHead/MsgInfo/Receiver"


def is_reply(message: Message) -> bool:
    """Tell whether a message names an earlier one; some systems write its own id there."""
    reference = message.conversation
    named = {reference.parent, reference.conversation} if reference else set()
    return bool(named - {None, "", message.msg_id})


def words_of(text: FreeText | None) -> str:
    """Return the words of a text, XHTML without its tags; "" where there are none."""
    if text is None:
        return ""
    if not text.markup:
        return text.text.strip()
    flat = _TAG.sub(b" ", b" ".join(text.markup)).decode(errors="replace")
    return f"{text.text} {html.unescape(flat)}".strip()


def referral_texts(referral: Henvisning) -> Iterator[str]:
    """Yield every text of a referral that a person can have written in."""
    if referral.request_comment:
        yield referral.request_comment
    if referral.requested and referral.requested.comment:
        yield referral.requested.comment
    yield from (reason.text for reason in referral.reasons if reason.text)
    yield from (comment.text for comment in referral.comments if comment.text)
    for item in referral.information:
        yield from item_texts(item)


def item_texts(item: InformationItem) -> Iterator[str]:
    """Yield the texts of a clinical fact."""
    content = item.content
    if isinstance(content, Observation):
        found = (content.description, content.comment)
    elif isinstance(content, ResultItem):
        found = (content.result.text if isinstance(content.result, TextResult) else None, content.comment)
    else:
        return
    yield from (text for text in found if text)


def dialogue_texts(dialogue: Dialogmelding) -> Iterator[str]:
    """Yield every text of a dialogue message that a person has written."""
    for note in dialogue.notater:
        yield from (text for text in (note.subject, words_of(note.text)) if text)
    for question in dialogue.foresporsler:
        yield from (text for text in (question.subject, words_of(question.question)) if text)


def has_patient_phone(message: Message) -> bool:
    """Tell whether the patient has a phone number of eight digits, in the head or in the referral."""
    if message.patient is not None and any_phone(message.patient.phones()):
        return True
    return message.henvisning is not None and any(
        comment.heading is not None
        and comment.heading.value == "TEL"
        and len(Telecom(address=comment.text).digits) >= _PHONE_DIGITS
        for comment in message.henvisning.comments
    )


def has_referrer_phone(referral: Henvisning, referrer: HealthcareProfessional | None) -> bool:
    """Tell whether who refers, or the unit they refer from, has a phone number."""
    if referrer is not None and any_phone(referrer.phones()):
        return True
    return any(any_phone(unit.organisation.telecoms) for unit in referral.units if unit.organisation is not None)


def any_phone(telecoms: Iterable[Telecom]) -> bool:
    """Tell whether one of several addresses is a phone number."""
    return any(len(telecom.digits) >= _PHONE_DIGITS for telecom in telecoms)
