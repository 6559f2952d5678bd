"""Tell the service manager how things stand (the sd_notify protocol; silent without one)."""

from __future__ import annotations

import contextlib
import os
import socket


def ready(status: str) -> None:
    """Say that the store is open and the workers are started."""
    _send(f"READY=1\nSTATUS={status}")


def alive() -> None:
    """Feed the watchdog; called by the loop that hands out work, so that a stuck loop is noticed."""
    _send("WATCHDOG=1")


def stopping() -> None:
    """Say that the end has begun."""
    _send("STOPPING=1")


def _send(text: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # An address that begins with @ lies in Linux' abstract namespace.
    target = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(text.encode(), target)
