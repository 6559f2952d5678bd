"""The ebXML envelope that carries messages between message servers: ebMS 2.0 as Norway uses it (HIS 1037).

    package = read(data)                       bytes to parts and header
    opened = unseal(package)                   who signed it, and what of it is signed
    data = write(message, payloads, seal=…)    header and payloads to bytes

The rooms, from the bottom: `header` and `signal` (the values), `soap` (how they are written as XML), `mime` (how parts
are packed), `signature`, `package` (all of it together), `answer` (what an incoming message is answered with),
`addressing` (who and what, from the message inside), `rules` (what HITS 1172 demands). Pure functions on bytes and
values: nothing here sends, stores or decrypts.
"""

from __future__ import annotations
