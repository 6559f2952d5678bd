"""The files of a message: which can be opened, and why the others cannot."""

from __future__ import annotations

import base64

from adapter.message import Base64Data, Document, Message
from adapter.show.page import Attachment, Block, Line, block, line, plain
from adapter.show.words import moment_text

#: What a browser shows safely, and how such a file begins.
_SAFE_TYPES = {
    "application/pdf": ("pdf", b"%PDF-"),
    "image/png": ("png", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": ("jpg", b"\xff\xd8\xff"),
    "image/jpg": ("jpg", b"\xff\xd8\xff"),
    "image/pjpeg": ("jpg", b"\xff\xd8\xff"),
}


def attachments(message: Message) -> tuple[Block, ...]:
    """Return the files of a message, or nothing where it has none."""
    documents = [
        *message.attachments,
        *(document for document in message.documents if document.file_reference and not document.is_attachment),
    ]
    files = (_attachment(number, found) for number, found in enumerate(documents, start=1))
    return block("Vedlegg", *files, *(shown for found in message.documents for shown in _reference(found)))


def _reference(document: Document) -> tuple[Line, ...]:
    """Return what a document says that only names another one, such as an earlier message."""
    if document.content or document.file_reference or document.is_attachment or not document.id:
        return ()
    issued = f"({moment_text(document.issued)})" if document.issued else ""
    return line("Viser til", " ".join(filter(None, (document.description, document.id, issued))))


def _attachment(number: int, document: Document) -> Attachment:
    holders = [item for item in document.content or () if isinstance(item, Base64Data)]
    data = holders[0].decode() if holders else None
    mime_type = (document.mime_type or "").strip().lower()
    ending, beginning = _SAFE_TYPES.get(mime_type, ("", b""))
    link = None
    if data and ending and data.startswith(beginning):
        shown_type = "image/jpeg" if ending == "jpg" else mime_type
        link = f"data:{shown_type};base64,{base64.b64encode(data).decode('ascii')}"
    return Attachment(
        name=plain(document.description or "").strip() or f"Vedlegg {number}",
        mime_type=plain(document.mime_type or "").strip() or "ukjent type",
        size=None if data is None else len(data),
        link=link,
        is_picture=link is not None and ending != "pdf",
        file_name=f"vedlegg-{number}.{ending}" if ending else "",
        note=_note(document, holders, data, is_safe=link is not None),
    )


def _note(document: Document, holders: list[Base64Data], data: bytes | None, *, is_safe: bool) -> str:
    if document.file_reference:
        return f"Ligger ikke i meldingen: {plain(document.file_reference)}"
    if not holders:
        return "Uten innhold"
    if data is None:
        return "Innholdet kan ikke leses"
    return "" if is_safe else "Vises ikke: typen er ikke pdf, jpeg eller png, eller innholdet er noe annet enn den sier"
