"""What a message means in its conversation: what it begins, what it ends, and what it waits for.

thread       the messages of a conversation, and what each of them is to the others
turn         one message in its conversation, with everything needed to say what it means
effects      what it begins and ends, as values
waiting      what comes before its time, and what it waited for
referral     a referral, its changes and its cancellation    status     what became of a referral
question     a question about a referral, and its answer     forwarding a referral that goes on to somebody else
nav          what NAV asks, and what answers it              deviation  what a receiver says of a wrong message
epikrise     the end of a case                               centre     a frisklivssentral, asked and answering
receipts     what a receipt means for all these

Pure, like all decisions: `judge` says what is wrong with a message in its conversation, `consequences` what follows
once it goes on, `clocks` what follows even while a person has it.
"""

from __future__ import annotations

from adapter.flow.conversation.effects import Effects, clocks, consequences, judge
from adapter.flow.conversation.epikrise import stay_ended
from adapter.flow.conversation.receipts import effects_of_receipt, effects_of_rejection, is_sent_again, refusal_of
from adapter.flow.conversation.turn import Turn, turn_of

__all__ = [
    "Effects",
    "Turn",
    "clocks",
    "consequences",
    "effects_of_receipt",
    "effects_of_rejection",
    "is_sent_again",
    "judge",
    "refusal_of",
    "stay_ended",
    "turn_of",
]
