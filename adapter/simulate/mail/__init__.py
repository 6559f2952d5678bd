"""A mail server for tests and rehearsals: SMTP in, IMAP and POP3 out, on this machine only.

    host          all of it, started and stopped       account       who has a mailbox
    smtp          mails come                           maildir       mails lie on disk
    imap          mails are read: the conversation     box           all that one account has
    commands      ... what can be done                 later         mails that are held back for a while
    folder        ... a folder that is open            pop3          mails are read
    criteria      ... what SEARCH finds                faults        what goes wrong, as data
    items         ... what FETCH tells                 certificate   a certificate of its own
    arguments     ... what commands look like          wire          lines and TLS on a connection

A mail that was answered with 250 lies on the disk: it survives whatever happens to the process. IMAP and POP3 show the
same mailbox. It listens at 127.0.0.1 and nowhere else.
"""

from __future__ import annotations

from adapter.simulate.mail.account import Account
from adapter.simulate.mail.faults import Fault, Faults, What, load_faults
from adapter.simulate.mail.host import LOOPBACK, MailHost, Ports
from adapter.simulate.mail.wire import Encryption

__all__ = [
    "LOOPBACK",
    "Account",
    "Encryption",
    "Fault",
    "Faults",
    "MailHost",
    "Ports",
    "What",
    "load_faults",
]
