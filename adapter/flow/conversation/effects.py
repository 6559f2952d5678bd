"""What a message begins and ends in its conversation, and what is wrong with it there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from adapter.check.finding import Finding
from adapter.flow.conversation import centre, deviation, epikrise, nav, question, referral, status, waiting
from adapter.flow.conversation.parts import Judgement, Part
from adapter.flow.conversation.turn import Turn
from adapter.flow.decision import Chore, Ending, Urging, Watch
from adapter.message.message import Kind
from adapter.values import value_class


@value_class
class Effects:
    """What follows from a message that goes on, beside its deliveries."""

    watches: tuple[Watch, ...] = ()
    endings: tuple[Ending, ...] = ()
    urgings: tuple[Urging, ...] = ()
    #: Parked messages that waited for this one.
    unparked: tuple[int, ...] = ()
    #: What it asks people to do.
    chores: tuple[Chore, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[Part], unparked: tuple[int, ...] = ()) -> Effects:
        """Sort what follows by kind."""
        found = tuple(parts)
        return cls(
            watches=tuple(part for part in found if isinstance(part, Watch)),
            endings=tuple(part for part in found if isinstance(part, Ending)),
            urgings=tuple(part for part in found if isinstance(part, Urging)),
            unparked=unparked,
            chores=tuple(part for part in found if isinstance(part, Chore)),
        )


def judge(turn: Turn) -> Judgement:
    """Say what is wrong with a message in its conversation, and whether it waits for another."""
    mistaken = waiting.another_patient(turn)
    if mistaken is not None:
        return Judgement((mistaken,))
    early = waiting.too_early(turn)
    if early is not None:
        return early
    return Judgement(tuple(_findings(turn)))


def consequences(turn: Turn) -> Effects:
    """Return what follows from a message once it goes on."""
    return Effects.of(_parts(turn), waiting.waited_for(turn))


def clocks(turn: Turn) -> Effects:
    """Return what follows from a message that a person must look at first: the law's clocks do not wait for that."""
    return Effects.of(referral.clocks(turn), waiting.waited_for(turn))


def _parts(turn: Turn) -> Iterable[Part]:
    match turn.message.kind:
        case Kind.HENVISNING:
            return referral.parts(turn)
        case Kind.DIALOGMELDING:
            number = turn.topic.partition("/")[0]
            return (*centre.parts(turn), *(_DIALOGUES[number](turn) if number in _DIALOGUES else ()))
        case Kind.EPIKRISE:
            return epikrise.parts(turn)
        case Kind.LEGEERKLAERING:
            return nav.answer(turn)
        case _:
            return ()


def _findings(turn: Turn) -> Iterable[Finding]:
    if turn.message.kind is Kind.HENVISNING:
        return referral.findings(turn)
    if turn.topic == referral.FORWARDED:
        return status.findings(turn)
    if question.is_about(turn):
        return question.findings(turn)
    return ()


#: What a dialogue message means, by the list of its topic.
_DIALOGUES: dict[str, Callable[[Turn], Iterable[Part]]] = {
    "9148": status.parts,
    "7322": question.parts,
    "8117": deviation.parts,
    "8125": nav.request,
    "8127": nav.note,
    "8129": nav.request,
    "8126": nav.answer,
    "9069": nav.answer,
}
