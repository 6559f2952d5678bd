"""Messages of the national test cases for AppRec, and what their senders are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from installed import Installation, built, fixture, said

from adapter.check.codelists import CodeLists
from adapter.message import Code, Message, OriginalMessage, Party, Receipt, coded
from adapter.message.state import DeliveryState
from adapter.wire import read, write

REFERRAL = "henvisning-1.1-komplett.xml"
OLD_REFERRAL = "henvisning-1.0-komplett.xml"


def _unit(name: str, her_id: str, of: str, above: str) -> dict[str, Any]:
    return {"organisation": {"name": of, "her_id": above, "unit": {"name": name, "her_id": her_id}}}


CLINIC = _unit("Fysikalsk medisin og rehabilitering", "8990101", "Syntetisk sykehus HF", "8990100")
CENTRE = _unit("Frisklivssentralen", "8990301", "Syntetisk kommune", "8990300")
ELSEWHERE = _unit("Ortopedi", "8990901", "Et annet sykehus HF", "8990900")


def to(unit: str | None, *, top: str | None = "8990100", **more: Any) -> dict[str, Any]:
    """Return a receiver on two levels, or on one."""
    inner = {"unit": {"name": "Tjeneste", "her_id": unit}} if unit else {}
    outer = {"her_id": top} if top else {"organisation_number": "310000108"}
    return {"organisation": {"name": "Syntetisk sykehus HF", **outer, **inner, **more}}


def copied_to(party: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a copy recipient, as the further receivers of a message."""
    return [{"role": "COP Kopimottaker", **party}]


def several_faults() -> bytes:
    """Return a referral whose id is no UUID, to a service that is not there."""
    return built("henvisning-1.1", {"msg_id": "1901162157lege21826.1", "receiver": to("8990199")})


def answered(data: bytes, status: str, *errors: str, number: int = 1) -> bytes:
    """Return the receipt that the clinic's own system gives for a message."""
    message = read(data)
    content = Receipt(
        status=Code(status, "OK" if status == "1" else "Avvist"),
        errors=tuple(coded(8221, error, CodeLists.load().name_of("8221", error)) for error in errors),
        original=OriginalMessage(kind=message.type, issued=message.generated, id=message.msg_id),
    )
    return write(
        replace(
            read(fixture("apprec-1.1-positiv.xml")),
            msg_id=f"6c2f2f0e-6b0a-4a5c-9d51-{number:012}",
            sender=replace(message.receiver or Party(), role=Code("PRIM", "Primærmottaker")),
            receiver=replace(message.sender or Party(), role=Code("AVS", "Avsender")),
            receipt=content,
        )
    )


def only(receipts: list[Message]) -> Message:
    """Return the one receipt there is."""
    (receipt,) = receipts
    return receipt


def original(receipt: Message) -> OriginalMessage:
    """Return what a receipt says it answers."""
    assert receipt.receipt is not None
    assert receipt.receipt.original is not None
    return receipt.receipt.original


def roles(receipt: Message) -> tuple[str | None, str | None]:
    """Return the roles of who gives a receipt and who gets it."""
    giver, getter = (side.role if side else None for side in (receipt.sender, receipt.receiver))
    return giver and giver.value, getter and getter.value


def by_role(house: Installation) -> dict[str | None, tuple[str | None, list[str | None]]]:
    """Return what the referrer was told, by the role of who told it."""
    return {roles(receipt)[0]: said(receipt) for receipt in house.receipts()}


def delivery_state(house: Installation, number: int) -> DeliveryState:
    """Return how the one delivery of a message stands."""
    with house.parts.store.reading() as query:
        (delivery,) = [found for found in query.deliveries(limit=100) if found.message_id == number]
    return delivery.state
