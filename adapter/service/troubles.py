"""What keeps channels from being read: said once in the log, and once more when it is over."""

from __future__ import annotations

import structlog

log = structlog.get_logger(__name__)


class Troubles:
    """The channels that cannot be read just now."""

    def __init__(self) -> None:
        """Begin with every channel well."""
        self._by_channel: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._by_channel)

    def tell(self, channel: str, trouble: str) -> None:
        """Note how a look into a channel went; "" is well."""
        if trouble and self._by_channel.get(channel) != trouble:
            log.error("A channel cannot be read", action="channel_down", channel=channel, error=trouble)
        if trouble:
            self._by_channel[channel] = trouble
        elif self._by_channel.pop(channel, None):
            log.info("A channel can be read again", action="channel_up", channel=channel)
