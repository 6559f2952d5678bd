"""How messages are written: bytes to message and back. No files, no clock, no store."""

from __future__ import annotations
