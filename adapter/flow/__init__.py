"""What happens to a message: pure decisions. Bytes, context and `now` in; a decision out.

    receive, identify, verify, check, answer, route, deliver, follow up

    decide     the whole decision about one message that came in
    addressing whom it is from and for            answer    the AppRec, from the findings
    matching   which message a receipt answers    drafts    messages written for a person to read and send
    routing    to which channels, and when        follow    what a timer that ran out means
    retry      when a failed delivery is tried again
    conversation  what a message begins and ends among the others, and what it waits for

Nothing here touches a database, a file or a clock: that makes every step repeatable and every crash harmless.
"""

from __future__ import annotations
