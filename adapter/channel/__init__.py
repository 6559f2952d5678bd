"""How bytes travel: a channel fetches, settles what is safe in the store, and sends."""

from __future__ import annotations

from adapter.channel.base import Channel, Incoming, Inlet, Outlet
from adapter.channel.folder import FolderChannel
from adapter.channel.name import safe_name

__all__ = ["Channel", "FolderChannel", "Incoming", "Inlet", "Outlet", "safe_name"]
