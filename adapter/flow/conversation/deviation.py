"""What a receiver says of a wrong message (Tilbakemelding om feil, list 8117, HIS 1151)."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.flow import conversation_rules as rules
from adapter.flow.conversation.parts import Part, task
from adapter.flow.conversation.turn import Turn
from adapter.flow.follow import REMINDED

_RULES = {"8117/1": rules.CNV_10_ADDRESS, "8117/2": rules.CNV_10_LACKING}


def parts(turn: Turn) -> Iterator[Part]:
    """Yield the task of the one who sent the wrong message (scenario 8)."""
    yield task(_RULES.get(turn.topic, rules.CNV_10), turn.to_id, priority=REMINDED)
