"""Messages as ebXML over mail: between flow, which knows messages only, and a mail channel, which knows bytes only.

What lies between is the envelope: one row of the store for each ebXML message, in or out, with the bytes that came or
go. They are in the store before they are sent, so whatever happens they are sent again as they are, and the receiver,
who knows them by their MessageId, takes them once (HIS 1037, chapter 5).

    keys     what one signs and opens with          facts      what the store knows of an envelope
    heading  to whom a message goes, by its thread  reach      where that is, and how often one tries
    seal     a letter to the bytes of a mail        sealer     from deliveries to envelopes
    send     out, until it is acknowledged          giving_up  and what follows where it never is
    signer   whether one signs for whom one says    opening    the bytes of a mail to what it says
    receive  from the mailbox to messages           outcome    what becomes of one mail, as one transaction
    answers  what its sender is told                hearing    what others tell of what we sent
"""

from __future__ import annotations
