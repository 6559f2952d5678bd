"""What HITS 1172 demands of an ebXML message, rule by rule, as Meldingsvalidatoren checks it.

The rules stand in schemas/ebxml/rules.toml with their numbers. `table` reads them, `subject` is what they look at;
`packing`, `head`, `signed` and `content` say what they see, and `checker` makes a report of it.
"""

from __future__ import annotations
