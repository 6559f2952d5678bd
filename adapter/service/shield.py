"""What the fork server loads first: it hears no SIGTERM.

A service manager tells every process of a service to stop, at once. Without its fork server the daemon could not see
how its workers end, and they must finish what they have in hand. The fork server ends with them.
"""

from __future__ import annotations

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
