"""File names: which may be written, which are not read, and how odd ones are kept as text."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote_to_bytes

from adapter.errors import UnsafeName

#: File systems take 255 bytes; the rest is for the marks of a staged file.
MAX_LENGTH = 200

_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)
# Windows opens a device for these names, with any suffix, also on a share.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.ASCII | re.IGNORECASE)
# What programs call a file that is still being written or kept for later.
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp", ".bak", "~")


def safe_name(text: str) -> str:
    """Return the text if it can be a file name in every outbox; raise UnsafeName otherwise."""
    if len(text) > MAX_LENGTH:
        raise UnsafeName(f"a file name of {len(text)} characters is longer than {MAX_LENGTH}")
    if not _SAFE.fullmatch(text) or text.endswith(".") or _DEVICE.fullmatch(text):
        # The name itself may hold anything, so it is not repeated.
        raise UnsafeName("a file name may hold letters a-z, digits, '.', '_' and '-' only, and be no device")
    return text


def is_finished(name: str) -> bool:
    """Tell whether a name looks like a file somebody is done writing."""
    return not name.startswith((".", "~")) and not name.lower().endswith(_UNFINISHED)


def to_source(name: str) -> str:
    """Return a file name as text that any store can keep; names that are no UTF-8 are percent-encoded."""
    if "%" not in name and name.isprintable():
        return name
    return quote(os.fsencode(name))


def from_source(source: str) -> str:
    """Return the file name again; raise UnsafeName when it would lead out of its folder."""
    name = os.fsdecode(unquote_to_bytes(source)) if "%" in source else source
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise UnsafeName("the source is no plain file name")
    return name
