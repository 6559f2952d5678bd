"""A channel of two mail servers: one that keeps a mailbox (IMAP or POP3), one that takes mail (SMTP).

server      where a server is                          account  who logs in, and whom TLS believes
connection  a socket with a time and a size            trouble  what went wrong, in words without what a server wrote
imap, pop3  a mailbox, by either protocol              smtp     handing mail over
mailbox     what both can do                           channel  all of it as one channel
terms       what the mail itself may be like

No text of a server and nothing of a mail reaches an error or a log, only numbers and codes.
"""

from __future__ import annotations
