"""What speaks against sending a message, as its sender's own system should have found out (domain rules C.1, C.6).

A party with `outbound_checks` has its messages judged twice: as every receiver's, and before that as its own. What
blocks a message there holds it back: nothing is delivered, its people get a task with every reason, and a person may
release it all the same, unless it is broken in form or unsafe. Nothing was taken over, so there is no receipt, no
deadline runs, and the message claims no id: corrected and sent again, it is new. That the sending system waits for a
receipt in vain, and raises its own alarm after 96 hours, is right: nobody has its message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapter.check import navt
from adapter.check.finding import Direction, Finding, Severity
from adapter.check.nav import Duplicate, NavAnswer, Registers, answer_to, written
from adapter.check.nav_facts import Process
from adapter.check.profile import Profile
from adapter.flow.context import Context, Earlier, Sending
from adapter.flow.decision import OPERATOR, Chore
from adapter.flow.references import CONTENT, CONVERSATION, MSG_ID, references_of
from adapter.message.message import Message
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner
from adapter.values import value_class

NAV = "nav"
#: What nobody may set aside: a form that no receiver can read, and what must never leave this house.
FINAL = frozenset(
    {"FORM-02", "FORM-03", "MSG-01", "MSG-01b", "MSG-02", "MSG-03", "MSG-04", "MSG-12", "MSG-14", "MSG-15"}
)
#: An earlier message in one of these states never reached its receiver.
_NEVER_SENT = frozenset(
    {MessageState.REJECTED, MessageState.IGNORED, MessageState.QUARANTINED, MessageState.HELD, MessageState.PARKED}
)
#: A delivery in one of these states was not taken.
_NOT_TAKEN = frozenset({DeliveryState.REJECTED, DeliveryState.ABANDONED})


@value_class
class Preflight:
    """The judgement of a message before it is sent."""

    findings: tuple[Finding, ...]
    #: What NAV would answer, where the message is for NAV and its checks are known.
    nav: NavAnswer | None = None

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """Return what the author should have confirmed; it stops nothing."""
        return tuple(found for found in self.findings if found.severity is Severity.WARN)

    def stops(self, *, released: bool) -> tuple[Finding, ...]:
        """Return what stops the message; once a person has released it, only what nobody may set aside."""
        return tuple(
            found
            for found in self.findings
            if found.severity is Severity.BLOCK and (not released or found.rule in FINAL)
        )

    def chores(self, sender: Partner | None, *, is_sent: bool) -> tuple[Chore, ...]:
        """Return the task of the sender's people: why a message was held back, or what they should know of it."""
        reasons = self.remarks if is_sent else self.stops(released=False)
        if not reasons:
            return ()
        begin = "Sendt, men bekreft:" if is_sent else "Ikke sendt."
        title = " ".join((begin, *_told(reasons), *(() if is_sent else self._prediction())))
        return (Chore(rule=reasons[0].rule, title=title, party=sender.id if sender else OPERATOR),)

    def _prediction(self) -> Iterator[str]:
        if self.nav is None:
            return
        if self.nav.no_receipt:
            yield "NAV ville aldri svart."
        elif self.nav.errors:
            yield f"NAV ville avvist meldingen: {' | '.join(self.nav.errors)}"
        elif self.nav.drops:
            yield "NAV ville tatt imot meldingen, men ikke alt i den."


def preflight(  # noqa: PLR0913 - a judgement depends on exactly these
    message: Message,
    findings: Sequence[Finding],
    *,
    receiver: Partner,
    earlier: Sequence[Earlier],
    sendings: Mapping[int, Sequence[Sending]],
    context: Context,
) -> Preflight:
    """Complete what the checks found in a message about to be sent by what was sent before."""
    if navt.PROFILE not in receiver.profiles and receiver.role != NAV:
        return Preflight(findings=tuple(findings))
    duplicate = _duplicate(message, earlier, sendings)
    answer = answer_to(message, registers=Registers(environment=context.environment), duplicate=duplicate)
    more = _history(message, earlier, duplicate) if navt.PROFILE in receiver.profiles else ()
    return Preflight(findings=(*findings, *more), nav=answer)


def _history(message: Message, earlier: Sequence[Earlier], duplicate: Duplicate | None) -> Iterator[Finding]:
    """Yield what the profile for NAV asks of earlier messages: NAVT-10 of unknown conversations, and NAVT-11."""
    named = {key for role, key in references_of(message) if role == CONVERSATION}
    known = {found.key for found in earlier if found.role in {MSG_ID, CONVERSATION}}
    profile = Profile.load(navt.PROFILE)
    if Process.by_content(message) is Process.INQUIRY and named - known - {(message.msg_id or "").strip().lower()}:
        row = profile.rule("NAVT-10", "unknown")
        yield row.finding(Direction.OUTBOUND, path="/MsgHead/MsgInfo/ConversationRef")
    if duplicate is not None:
        row = profile.rule("NAVT-11")
        yield row.finding(Direction.OUTBOUND, sent=written(duplicate.sent), taken=written(duplicate.taken))


def _duplicate(
    message: Message, earlier: Sequence[Earlier], sendings: Mapping[int, Sequence[Sending]]
) -> Duplicate | None:
    """Return the earlier message with the same content that NAV has, as far as anybody here knows."""
    contents = {key for role, key in references_of(message) if role == CONTENT}
    sent = message.generated.instant if message.generated else None
    for found in earlier:
        if found.role != CONTENT or found.key not in contents or found.state in _NEVER_SENT:
            continue
        fates = {sending.state for sending in sendings.get(found.message_id, ())}
        if sent is not None and found.generated_at is not None and not (fates and fates <= _NOT_TAKEN):
            return Duplicate(sent, found.generated_at)
    return None


def _told(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield each reason once, in the author's language where there is a text in it."""
    yield from dict.fromkeys(f"{found.rule}: {(found.partner_text or found.text).rstrip('.')}." for found in findings)
