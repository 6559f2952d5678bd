"""Messages of a party, from specifications and examples: new ids and times each time, references where they belong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapter.check.codelists import CodeLists
from adapter.message.attachment import Document
from adapter.message.code import Moment
from adapter.message.dialogmelding import Dialogmelding, Foresporsel
from adapter.message.henvisning import Henvisning
from adapter.message.message import ConversationRef, Message
from adapter.wire import read
from adapter.wire.spec import load_spec

NewId = Callable[[], str]


def compose(path: Path, *, about: ConversationRef | None = None, now: datetime, new_id: NewId) -> Message:
    """Return the message of a specification (TOML, JSON) or of an XML file, as if it were written now.

    Raises FormError and SpecError where the file is no message, OSError where it cannot be read.
    """
    if path.suffix.lower() in {".toml", ".json"}:
        made = load_spec(path, now=now, new_id=new_id, name_of=CodeLists.load().name_of)
    else:
        made = read(path.read_bytes())
    made = replace(
        made,
        msg_id=new_id(),
        generated=Moment.of(now),
        documents=tuple(_with_new_id(document, new_id) for document in made.documents),
    )
    return replace(made, conversation=about) if about else made


def with_question(answer: Message, asked: Message) -> Message:
    """Return an answer that carries the question it answers, where that was a Forespørsel (HIS 80603)."""
    question = asked.dialogmelding.foresporsler[:1] if asked.dialogmelding else ()
    if not question:
        return answer
    return replace(answer, documents=tuple(_answering(document, question[0]) for document in answer.documents))


def _answering(document: Document, question: Foresporsel) -> Document:
    content = tuple(
        replace(item, notater=tuple(replace(note, foresporsel=question) for note in item.notater))
        if isinstance(item, Dialogmelding)
        else item
        for item in document.content or ()
    )
    return replace(document, content=content or document.content)


def _with_new_id(document: Document, new_id: NewId) -> Document:
    content = tuple(
        _renewed(item, new_id) if isinstance(item, Dialogmelding | Henvisning) else item
        for item in document.content or ()
    )
    return replace(document, content=content or document.content)


def _renewed(payload: Dialogmelding | Henvisning, new_id: NewId) -> Dialogmelding | Henvisning:
    """Give a payload new document ids where it has any."""
    if isinstance(payload, Henvisning):
        return replace(payload, document_id=new_id())
    return replace(
        payload,
        notater=tuple(replace(note, document_id=note.document_id and new_id()) for note in payload.notater),
        foresporsler=tuple(replace(item, document_id=item.document_id and new_id()) for item in payload.foresporsler),
    )
