"""Receipts as the parties' own systems write them. An EPJ keeps to the standard; NAV has its own ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from adapter.check.codelists import CodeLists
from adapter.flow.answer import OK, REJECTED, Answer, receipt
from adapter.flow.context import Answering
from adapter.message.code import OSLO, coded
from adapter.message.message import Message
from adapter.message.party import Party
from adapter.simulate import nav
from adapter.simulate.script import Acknowledge, Oddity, Script

_ERRORS = 8221


def own_receipt(script: Script, message: Message, said: Acknowledge, *, number: int, now: datetime) -> Message:
    """Return the receipt that the party's system gives; `number` counts its messages.

    Raises SpecError when written, if the message has no sender to answer.
    """
    write = _nav if script.role == "nav" else _epj
    return write(script, message, said, number=number, now=now)


def _epj(script: Script, message: Message, said: Acknowledge, *, number: int, now: datetime) -> Message:
    del number  # its ids are UUIDs
    names = CodeLists.load()
    errors = [coded(_ERRORS, code, names.name_of(_ERRORS, code)) for code in said.errors]
    if errors and said.reason:
        errors[0] = replace(errors[0], text=said.reason)
    return _answered(script, message, Answer(OK if said.is_positive else REJECTED, tuple(errors)), now=now)


def _nav(script: Script, message: Message, said: Acknowledge, *, number: int, now: datetime) -> Message:
    """Return a receipt in NAV's way: AppRec 1.0 for whatever came, X99 with the reason as name, an id of its own kind.

    It mirrors the organisation of each address and the people in it, and no department.
    """
    errors = tuple(nav.error(code, said.reason, message, now=now) for code in said.errors)
    errors = (*errors, *(coded(_ERRORS, "X99", words) for words in said.words))
    if Oddity.SWAPPED in said.odd:
        errors = tuple(nav.swapped(error) for error in errors)
    answer = Answer(OK if said.is_positive else REJECTED, errors)
    # version 1.0 of a message is answered by version 1.0 of the receipt
    written = _answered(script, replace(message, version="1.0"), answer, now=now)
    has_roles = Oddity.NO_ROLE not in said.odd
    stamp = now.astimezone(OSLO).strftime("%y%m%d%H%M%S")
    return replace(
        written,
        msg_id=f"{stamp}dial{number:05}.1",
        sender=_without_departments(written.sender, has_role=has_roles),
        receiver=_without_departments(written.receiver, has_role=has_roles),
        # each reason stands in the name, none in the text
        receipt=replace(written.receipt, errors=errors) if written.receipt else None,
    )


def _answered(script: Script, message: Message, answer: Answer, *, now: datetime) -> Message:
    recipient, is_copy = _recipient(script, message)
    return receipt(
        message,
        recipient,
        answer,
        is_copy=is_copy,
        received_at=now,
        now=now,
        answering=Answering(software_name=script.name),
    )


def _recipient(script: Script, message: Message) -> tuple[Party, bool]:
    """Return the receiver that the party is, and whether it got a copy."""
    for party in message.receivers:
        if script.her_id is not None and party.her_id == script.her_id:
            return party, party is not message.receiver
    return message.receiver or Party(), False


def _without_departments(party: Party | None, *, has_role: bool) -> Party:
    party = party or Party()
    organisation = replace(party.organisation, units=()) if party.organisation else None
    return replace(party, organisation=organisation, role=party.role if has_role else None)
