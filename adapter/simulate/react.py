"""What a party does next: pure decisions from its script, what has happened so far, and a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Self

from adapter.message.message import ConversationRef, Message
from adapter.simulate.script import Acknowledge, Expect, Judge, Reply, Script, Send
from adapter.values import value_class


@value_class
class Met:
    """A message that was sent or received, as far as later ones may refer to it."""

    msg_id: str | None = None
    #: What a receipt may name instead (AppRec 1.0 for Henvisning 1.0).
    document_id: str | None = None
    #: The id that began the conversation.
    root: str | None = None

    @classmethod
    def of(cls, message: Message) -> Self:
        """Note the ids of a message."""
        conversation = message.conversation or ConversationRef()
        return cls(
            msg_id=message.msg_id,
            document_id=message.document_id,
            root=conversation.conversation or conversation.parent or message.msg_id,
        )

    @property
    def reference(self) -> ConversationRef:
        """Return what a message about this one refers to (HITS 1218)."""
        return ConversationRef(parent=self.msg_id, conversation=self.root)


@value_class
class State:
    """What has happened so far."""

    begun: datetime
    #: Messages sent and met, by the ids of the script; each id has the last one.
    known: Mapping[str, Met] = field(default_factory=dict)
    #: When each id of the script was last done.
    done: Mapping[str, datetime] = field(default_factory=dict)
    #: How often each expected message has come.
    counts: Mapping[str, int] = field(default_factory=dict)
    #: What came and was not expected, by kind and type.
    strangers: tuple[str, ...] = ()
    #: When which content was taken (`nav.content_of`).
    taken: Mapping[str, datetime] = field(default_factory=dict)

    def after_sending(self, name: str, met: Met, now: datetime) -> State:
        """Return the state in which a send of the script is done."""
        return replace(self, known={**self.known, name: met}, done={**self.done, name: now})

    def after_meeting(self, name: str, message: Message, now: datetime) -> State:
        """Return the state in which an expected message has come."""
        state = self.after_sending(name, Met.of(message), now)
        return replace(state, counts={**self.counts, name: self.counts.get(name, 0) + 1})

    def after_taking(self, content: str | None, now: datetime) -> State:
        """Return the state in which a content was taken, for the first time or again."""
        return self if content is None else replace(self, taken={content: now, **self.taken})

    def after_stranger(self, what: str) -> State:
        """Return the state in which something has come that the script does not know."""
        return replace(self, strangers=(*self.strangers, what))


#: What a party does about a message.
Act = Acknowledge | Judge | Reply


@value_class(kw_only=False)
class Reaction:
    """The part of the script that a message fits, and what the party does about it."""

    expect: Expect | None = None
    acts: tuple[Act, ...] = ()


def react(script: Script, state: State, message: Message) -> Reaction:
    """Decide what follows from a message: the first expectation that fits and is still open reacts."""
    for expect in script.expects:
        is_open = expect.times is None or state.counts.get(expect.id, 0) < expect.times
        if is_open and _fits(expect, state, message):
            return Reaction(expect, tuple(act for act in (expect.receipt, expect.reply) if act is not None))
    return Reaction()


def due(script: Script, state: State, now: datetime) -> tuple[Send, ...]:
    """Return what the party sends now of its own accord."""
    return tuple(send for send in script.sends if send.id not in state.done and _is_time(send, state, now))


def next_due(script: Script, state: State) -> datetime | None:
    """Return when the party next sends something of its own accord, if nothing comes before; None where it waits."""
    moments = [moment for send in script.sends if send.id not in state.done if (moment := _moment(send, state))]
    return min(moments, default=None)


def is_waiting(script: Script, state: State) -> bool:
    """Tell whether something will be sent as soon as its time has come, whatever arrives."""
    return any(
        send.id not in state.done and all(name in state.done for name in send.conditions) for send in script.sends
    )


def missing(script: Script, state: State) -> tuple[str, ...]:
    """Return what the script asks for and has not happened, and what happened without it; empty when fulfilled."""
    unsent = [f"{send.id}: was not sent" for send in script.sends if send.id not in state.done]
    absent = [
        f"{expect.id}: came {state.counts.get(expect.id, 0)} of {expect.times} times"
        for expect in script.expects
        if expect.times is not None and state.counts.get(expect.id, 0) < expect.times
    ]
    return (*unsent, *absent, *(f"not expected: {what}" for what in state.strangers))


def reference_of(script: Script, state: State, name: str) -> ConversationRef:
    """Return what a message about another one refers to.

    NAV names the conversation twice where it goes on with what it wrote itself (domain rules A.5).
    """
    met = state.known[name]
    if script.role == "nav" and name in {send.id for send in script.sends}:
        return ConversationRef(parent=met.root, conversation=met.root)
    return met.reference


def _is_time(send: Send, state: State, now: datetime) -> bool:
    moment = _moment(send, state)
    return moment is not None and now >= moment


def _moment(send: Send, state: State) -> datetime | None:
    """Return when something is sent; None while what must come before has not happened."""
    moments = [state.done.get(name) for name in send.conditions]
    known = [moment for moment in moments if moment is not None]
    return max(known, default=state.begun) + send.wait if len(known) == len(moments) else None


def _fits(expect: Expect, state: State, message: Message) -> bool:
    receipt = message.receipt
    wanted = (
        (expect.kind, message.kind),
        (expect.type, message.type_code),
        (expect.theme, _theme(message)),
        (expect.status, receipt.status.value if receipt and receipt.status else None),
    )
    if any(want is not None and want != found for want, found in wanted):
        return False
    if expect.error is not None and expect.error not in {error.value for error in (receipt.errors if receipt else ())}:
        return False
    return expect.about is None or _is_about(message, state.known.get(expect.about))


def _theme(message: Message) -> str | None:
    notes = message.dialogmelding.notater if message.dialogmelding else ()
    theme = notes[0].theme if notes else None
    return f"{theme.list_number}:{theme.value}" if theme else None


def _is_about(message: Message, met: Met | None) -> bool:
    if met is None:
        return False
    original = message.receipt.original if message.receipt else None
    conversation = message.conversation or ConversationRef()
    named = {original.id if original else None, conversation.parent, conversation.conversation}
    return bool({_key(text) for text in named if text} & {_key(text) for text in (met.msg_id, met.document_id) if text})


def _key(text: str) -> str:
    return text.strip().lower()
