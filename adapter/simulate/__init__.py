"""Counterparts on folders: a referrer, a clinic, NAV, a frisklivssentral, another provider, each playing a script.

    script      what a party does, from TOML            react       what follows from a message: pure
    compose     messages for the wire                    receipt     receipts as an EPJ and as NAV write them
    actor       one party at its folders
    demo        three parties and the daemon, as real processes
    stage       the demo's folder                        processes   what the demo starts and ends
    chronicle   the event log as lines for people        verdict     whether everything arrived

An actor knows the adapter only by its folders, as a real system does.
"""

from __future__ import annotations
