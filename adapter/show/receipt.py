"""A receipt in words: what it means, what was wrong, and which message it answers."""

from __future__ import annotations

from dataclasses import replace

from adapter.message import Code, Receipt
from adapter.message.code import OID_PREFIX
from adapter.show.describe import fields_first
from adapter.show.labels import MEANINGS
from adapter.show.page import Block, Item, Table, block, line, plain
from adapter.show.words import code_text


def receipt_block(receipt: Receipt | None) -> tuple[Block, ...]:
    """Return a receipt, or nothing where there is none."""
    if receipt is None:
        return ()
    status: tuple[Item, ...] = ()
    if receipt.status:
        status = (*line("", MEANINGS.get(receipt.status.value or "")), *line("Status", code_text(receipt.status)))
    return block("Kvittering", *status, *_errors(receipt.errors), *fields_first(replace(receipt, status=None)))


def _errors(errors: tuple[Code, ...]) -> tuple[Table, ...]:
    # HIS 80415: the free text (OT) shall always be shown; NAV writes its reason in the name (DN).
    rows = tuple((plain(_code(error)), plain(error.name or ""), plain(error.text or "")) for error in errors)
    if not rows:
        return ()
    heads = ("Feilkode", "Betydning", "Forklaring")
    used = [index for index in range(len(heads)) if index == 0 or any(row[index] for row in rows)]
    return (Table(tuple(heads[index] for index in used), tuple(tuple(row[index] for index in used) for row in rows)),)


def _code(error: Code) -> str:
    """Return an error's code; NAV is known to write code and list into each other's place."""
    value = error.value or ""
    return error.system or value if value.startswith(OID_PREFIX) else value
