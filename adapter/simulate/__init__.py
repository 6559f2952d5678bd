"""Counterparts on folders: a referrer, a clinic, NAV, a frisklivssentral, another provider, each playing a script.

    script      what a party does, from TOML            react       what follows from a message: pure
    compose     messages for the wire                    receipt     receipts as an EPJ and as NAV write them
    actor       one party at its folders
    demo        three parties and the daemon, as real processes
    demo_ebxml  the same between three message servers   rehearsal   those servers but one, to write to
    stage       the demo's folder                        exchange    the one of the three servers, with their keys
    scene       what both play with                      processes   what a demo starts and ends
    chronicle   the event log as lines for people        timeline    ... and how they are printed
    verdict     whether everything arrived               sealed      whether all mails did, unread
    mail        a mail server

An actor knows the adapter only by its folders, as a real system does.
"""

from __future__ import annotations
