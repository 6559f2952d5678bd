"""What a person asks for becomes a draft: the words of the command line, as the builders of `flow.drafts` take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime

from adapter import show
from adapter.check.codelists import CodeLists
from adapter.flow.addressing import recipients_of, sender_of
from adapter.flow.context import Context
from adapter.flow.drafts import forwarding, nav
from adapter.flow.drafts.deviation import deviation
from adapter.flow.drafts.frame import CannotBeWritten, Writing, copy_addresses, party_of
from adapter.flow.drafts.kinds import DraftKind
from adapter.flow.drafts.question import question, wording_for
from adapter.flow.drafts.status import Assessed, status
from adapter.message.code import OSLO, coded
from adapter.message.henvisning import Pathway
from adapter.message.message import Message
from adapter.message.party import HealthcareProfessional, Party
from adapter.partner.register import Partner
from adapter.values import value_class

_NAV = "nav"


@value_class
class Options:
    """What a person tells beside kind and message; each kind reads what concerns it."""

    text: str = ""
    #: Of the list that the kind uses: 9148, 8117, 9069, 8126, 8128.
    code: str | None = None
    place: str = ""
    appointment: datetime | None = None
    #: Days by code of list 9147.
    dates: Mapping[str, date] | None = None
    #: Lists 8485 and 8445.
    outcome: str | None = None
    waiting_end: str | None = None
    is_entitled: bool | None = None
    #: Codes of pathways with their names.
    pathways: tuple[str, ...] = ()
    #: Party that a referral is forwarded to.
    to: str | None = None
    #: Party that writes, where the message was for several.
    party: str | None = None
    author: HealthcareProfessional | None = None


@value_class
class Background:
    """What is known of the message that a draft is about."""

    message: Message
    #: The bytes that it was read from.
    data: bytes = field(repr=False)
    received_at: datetime
    #: Id of the last status that was sent about it.
    previous_status: str | None = None


@value_class
class Composed:
    """A draft, and the parties it goes between."""

    message: Message
    sender: Partner
    receiver: Partner | None
    #: HER-ids of those who should have a copy and have no channel here.
    uncopied: tuple[str, ...] = ()


class Composer:
    """Writes drafts for one installation."""

    def __init__(self, context: Context, lists: CodeLists | None = None) -> None:
        """Take the register and the code lists."""
        self._register = context.register
        self._lists = lists or CodeLists.load()

    def compose(self, kind: DraftKind, background: Background, options: Options, now: datetime) -> Composed:
        """Return the draft; raises CannotBeWritten where there is none of that kind about that message."""
        about = background.message
        side, writer = self._writer(kind, about, options)
        writing = Writing(
            about=about,
            sender=side,
            author=options.author or writer.contact,
            now=now,
            serial=now.isoformat(),
        )
        uncopied: tuple[str, ...] = ()
        match kind:
            case DraftKind.QUESTION:
                lines = [line for line in options.text.splitlines() if line.strip()]
                made = question(writing, lines, wording_for(None, writer.profiles))
            case DraftKind.STATUS:
                copies, uncopied = self._copies(about)
                made = self._status(writing, background, options, copies)
            case DraftKind.DEVIATION:
                made = deviation(writing, options.code or "", options.text)
            case DraftKind.FORWARDING:
                made = self._forwarding(writing, background, options)
            case DraftKind.ANSWER:
                made = nav.answer(writing, options.text, options.code)
            case DraftKind.NEED:
                made = nav.need(writing, party_of(self._nav()), options.text, options.code or "1")
        receiver = next((item.partner for item in recipients_of(made, self._register) if not item.is_copy), None)
        return Composed(message=made, sender=writer, receiver=receiver, uncopied=uncopied)

    def _writer(self, kind: DraftKind, about: Message, options: Options) -> tuple[Party, Partner]:
        """Return who writes, as the message names it: a receiver of it, or for a need the one who sent a referral."""
        sides = [(item.party, item.partner) for item in recipients_of(about, self._register) if item.partner]
        sender = sender_of(about, self._register)
        if kind is DraftKind.NEED and about.sender and sender and sender.role != _NAV:
            sides = [(about.sender, sender)]
        for party, partner in sides:
            if options.party in {None, partner.id}:
                return party, partner
        raise CannotBeWritten(
            "No party of the configuration that the message was for can write this.",
            hint="Name one of its receivers with --party, or add the receiver to the configuration.",
        )

    def _copies(self, about: Message) -> tuple[tuple[Party, ...], tuple[str, ...]]:
        """Return those who get a copy, and the HER-ids of those who should have one and have no channel here."""
        known = {her_id: self._register.by_her(her_id) for her_id in copy_addresses(about)}
        parties = tuple(party_of(partner, her_id) for her_id, partner in known.items() if partner)
        return parties, tuple(her_id for her_id, partner in known.items() if partner is None)

    def _status(self, writing: Writing, background: Background, options: Options, copies: tuple[Party, ...]) -> Message:
        dates = options.dates or {}
        assessed = Assessed(
            text=options.text,
            place=options.place,
            appointment=options.appointment,
            seniority=dates.get(forwarding.SENIORITY),
            deadline=dates.get(forwarding.DEADLINE),
        )
        return status(
            writing,
            options.code or "",
            assessed,
            previous=background.previous_status,
            copies=copies,
        )

    def _forwarding(self, writing: Writing, background: Background, options: Options) -> Message:
        receiver = self._register.by_id(options.to or "")
        if receiver is None:
            said = (
                f"There is no party {options.to!r} to forward to."
                if options.to
                else "A forwarding needs a party to go to."
            )
            raise CannotBeWritten(said, hint="Name a party of the configuration: --to.")
        referral = background.message.henvisning
        before = referral.assessment.dates if referral and referral.assessment else ()
        dates = dict(options.dates or {})
        if not any(entry.kind and entry.kind.value == forwarding.SENIORITY for entry in before):
            dates.setdefault(forwarding.SENIORITY, background.received_at.astimezone(OSLO).date())
        passing = forwarding.Passing(
            text=options.text,
            dates=dates,
            rights=self._rights(options),
            pathways=tuple(map(_pathway, options.pathways)),
            original=show.pdf(background.message, at=writing.now, data=background.data),
        )
        return forwarding.forwarding(writing, party_of(receiver), passing)

    def _rights(self, options: Options) -> forwarding.Rights | None:
        if options.outcome is None and options.is_entitled is None and options.waiting_end is None:
            return None
        outcome, waiting = options.outcome or "", options.waiting_end
        name = self._lists.name_of(8485, outcome)
        if name is None or options.is_entitled is None:
            raise CannotBeWritten(
                "What came of the assessment is told whole: the outcome, and whether the patient is entitled.",
                hint="Give --outcome (list 8485) and --entitled or --not-entitled.",
            )
        ended = self._lists.name_of(8445, waiting) if waiting else None
        if waiting and ended is None:
            raise CannotBeWritten(f"There is no {waiting} in list 8445.")
        return forwarding.Rights(
            outcome=coded(8485, outcome, name),
            is_entitled=options.is_entitled,
            waiting_end=coded(8445, waiting, ended) if waiting else None,
        )

    def _nav(self) -> Partner:
        found = next((partner for partner in self._register if partner.role == _NAV), None)
        if found is None:
            raise CannotBeWritten("The configuration has no party with the role nav.")
        return found


def _pathway(text: str) -> Pathway:
    code, _, name = text.partition(" ")
    return Pathway(code=coded(8480, code, name.strip() or None))
