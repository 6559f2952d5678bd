"""What HITS 1172 demands of an ebXML message, rule by rule, as Meldingsvalidatoren checks it.

The rules stand in schemas/ebxml/rules.toml with their numbers. `table` reads them, `subject` is what they look at;
`packing`, `head`, `signed` and `content` say what they see, `registered` and `inside` what they see with the
`knowledge` that is handed in, and `checker` makes a report of it.
"""

from __future__ import annotations
