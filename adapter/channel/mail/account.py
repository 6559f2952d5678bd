"""Who logs in at a mail server, and whose certificates are believed there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from adapter.channel.mail.trouble import Trouble
from adapter.values import value_class

#: The environment variable that holds the password where no file does.
ENVIRONMENT: Final = "BUDSTIKKE_MAIL_PASSWORD"


@value_class
class Account:
    """A user, and the files that TLS needs; they are read at each connection, so that new ones count at once."""

    #: None: nobody logs in.
    user: str | None = None
    #: None: the password is in the environment.
    password_file: Path | None = None
    #: Roots of the servers' certificates, PEM; None: those of the system.
    ca_file: Path | None = None
    #: A client certificate with its key, PEM.
    certificate_file: Path | None = None

    def password(self) -> str:
        """Return the first line of the file, or of the environment variable; raises Trouble."""
        place = f"password_file {self.password_file}" if self.password_file else ENVIRONMENT
        try:
            raw = self.password_file.read_bytes() if self.password_file else os.environ.get(ENVIRONMENT, "").encode()
        except OSError as error:
            raise Trouble(f"{place} cannot be read: {error.strerror}", hint="Check password_file.") from None
        line = raw.partition(b"\n")[0].rstrip(b"\r")
        if not line or not line.isascii():
            raise Trouble(f"{place} holds no password in ASCII", hint=f"Set password_file or {ENVIRONMENT}.")
        return line.decode()
