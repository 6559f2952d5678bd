"""What a decision needs to know beside the message: who is who, which routes, which deadlines."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from adapter.flow.schedule import Schedule
from adapter.flow.span import Span
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Register
from adapter.values import value_class


@value_class
class Route:
    """A rule of the configuration: which messages go to which channels, and when."""

    name: str
    #: Party ids; empty means any.
    to: frozenset[str] = frozenset()
    sent_by: frozenset[str] = frozenset()
    #: Codes of list 8279; empty means any.
    types: frozenset[str] = frozenset()
    #: Words that the checks found the message to be about, such as "HIA"; empty means any or none.
    tags: frozenset[str] = frozenset()
    channels: tuple[str, ...]
    schedule: Schedule
    #: True where a person releases each message.
    is_held: bool = False


@value_class
class Deadlines:
    """How long to wait before somebody is told."""

    #: No AppRec: notice to the sender's staff, counted from GenDate.
    notice_after: timedelta = timedelta(hours=24)
    #: No AppRec: alarm, counted from GenDate (HIS 80415:2012 with errata 4).
    alarm_after: timedelta = timedelta(hours=96)


@value_class
class Timers:
    """How long people have for what they must do, before they are reminded and before it is too late."""

    #: A referral has not been answered with a status: notice and limit, counted from its receipt.
    assessment_notice: Span = Span(7, "working days")
    assessment: Span = Span(10, "working days")
    #: A question to the referrer has not been answered, counted from its positive receipt.
    supplement: Span = Span(5, "working days")
    #: A request of NAV has not been answered: reminders, and NAV's own limit, counted from its receipt.
    nav_reminders: tuple[Span, ...] = (Span(14, "days"), Span(20, "days"))
    nav_limit: Span = Span(21, "days")
    #: A referral to a frisklivssentral has not been answered, counted from its receipt.
    service: Span = Span(10, "working days")
    #: There is no epikrise: notice and limit, counted from the end of the stay.
    epikrise_notice: Span = Span(5, "days")
    epikrise: Span = Span(7, "days")
    #: How long a message waits for the one it belongs to; nothing: a person decides at once.
    park: Span = Span(24, "h")


@value_class
class Answering:
    """How receipts are given where the standards leave a choice."""

    #: HITS 1168 and its tests disagree on messages for another organisation (payload-standards A18).
    foreign_organisation: Literal["none", "E21"] = "none"
    #: A service our organisation does not have: E21, a person decides, or `fallback` gets it.
    unknown_service: Literal["reject", "hold", "deliver"] = "reject"
    #: A party's id; only with "deliver".
    fallback: str | None = None
    software_name: str = "Budstikke"
    software_version: str = ""


@value_class
class Context:
    """Everything configured that decisions depend on."""

    register: Register
    routes: tuple[Route, ...] = ()
    deadlines: Deadlines = field(default_factory=Deadlines)
    timers: Timers = field(default_factory=Timers)
    answering: Answering = field(default_factory=Answering)
    environment: Literal["test", "prod"] = "test"
    #: Channels that say when the receiver's own server has what they carry.
    reliable_channels: frozenset[str] = frozenset()

    def delivery_key(self, channel: str, party: str | None) -> tuple[str, str]:
        """Return what tells one delivery of a message from another.

        Parties behind a folder share one; by mail each has its own, to its own address and for its own certificate.
        A copy that a route makes is for no party.
        """
        return channel, (party or "") if channel in self.reliable_channels else ""


@value_class
class Arrival:
    """A message that came in: its bytes, and where and when they came."""

    id: int
    channel: str
    data: bytes
    received_at: datetime


class Earlier(Protocol):
    """A message known from before, found by one of the ids that the new one names."""

    @property
    def key(self) -> str:
        """Return the id it was found by, in lower case."""

    @property
    def role(self) -> str:
        """Return what the id is to it: dedupe, msg_id, document_id, parent, conversation or original."""

    @property
    def message_id(self) -> int:
        """Return its number in the store."""

    @property
    def thread(self) -> int | None:
        """Return the number of its thread."""

    @property
    def direction(self) -> str:
        """Return "in" or "out"."""

    @property
    def state(self) -> MessageState:
        """Return its state."""

    @property
    def kind(self) -> str | None:
        """Return its kind."""

    @property
    def type(self) -> str | None:
        """Return its code of list 8279."""

    @property
    def service_type(self) -> str | None:
        """Return whether a referral is new, changed or cancelled: "N", "M" or "C"; None for others."""

    @property
    def topic(self) -> str | None:
        """Return what a dialogue message is about, as list and code: "9148/2"; None for others."""

    @property
    def patient(self) -> str | None:
        """Return a digest of the patient's identity number (`references.patient_digest`), or None."""

    @property
    def sender_party(self) -> str | None:
        """Return the id of the party that sent it, or None."""

    @property
    def receiver_party(self) -> str | None:
        """Return the id of the party it went to, or None."""

    @property
    def generated_at(self) -> datetime | None:
        """Return its GenDate."""


class Sending(Protocol):
    """A delivery of an earlier message, as far as receipts are concerned."""

    @property
    def id(self) -> int:
        """Return its number in the store."""

    @property
    def channel(self) -> str:
        """Return the channel it went to."""

    @property
    def party(self) -> str | None:
        """Return the party it went to."""

    @property
    def state(self) -> DeliveryState:
        """Return its state."""
