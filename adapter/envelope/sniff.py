"""Whether a file is an ebXML message, by its first bytes and at little cost."""

from __future__ import annotations

import re

_BEGINNING = 65_536
#: Behind what an editor or a mailbox puts above a mail; see `mime`.
_FIRST_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:From (?![ \t]*:)[^\r\n]{1,500}\r?\n)?"
    rb"\s*(?:--[!-~]|[A-Za-z][A-Za-z0-9\x80-\xff-]{0,60}[ \t]*:)"
)
_CONTENT_HEADER = re.compile(rb"^(?:Content-Type|SOAPAction)[ \t]*:", re.IGNORECASE | re.MULTILINE)
#: The first element, behind a declaration, comments and instructions.
_SOAP_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*){0,20}<(?:[A-Za-z_][\w.-]*:)?Envelope[\s>]")


def is_package(data: bytes) -> bool:
    """Tell whether a file is a mail, or the body of one, and not a document."""
    beginning = data[:_BEGINNING]
    return _FIRST_HEADER.match(beginning) is not None and _CONTENT_HEADER.search(beginning) is not None


def is_ebxml(data: bytes) -> bool:
    """Tell whether a file is an ebXML message: a mail, its body, or the envelope alone."""
    return is_package(data) or _SOAP_ROOT.match(data[:_BEGINNING]) is not None
