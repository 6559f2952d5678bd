"""Tell whether a message is right: a ladder of form, schema, code lists, base rules and content profiles.

This room returns findings and decides nothing else.
"""

from __future__ import annotations
