"""What goes wrong with mail servers, in words of ours: nothing a server wrote is told, only numbers and codes."""

from __future__ import annotations

import imaplib
import poplib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: "451 4.3.0" of SMTP, without its text.
_SMTP_CODE: Final = re.compile(rb"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?=[ \r\n]|\Z)")
#: "[AUTHENTICATIONFAILED]" of IMAP, "[IN-USE]" and "[SYS/TEMP]" of POP3.
_WORD_CODE: Final = re.compile(rb"\[([A-Z][A-Z/-]{1,30})[\] ]")
# What the libraries come to when a server answers what is none of its protocol.
_NONSENSE: Final = (imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException, ValueError, LookupError, TypeError)


class Trouble(Exception):
    """Something is wrong with a mail server, or with how we come to it."""

    def __init__(self, reason: str, *, hint: str | None = None) -> None:
        """Take what is wrong, to follow a colon, and what to do about it where that is known."""
        super().__init__(reason)
        self.hint = hint


class Broken(Trouble):
    """The connection broke off; a new one may do."""


def word_code(answer: bytes | str) -> str:
    """Return " [CODE]" of an answer of IMAP or POP3, or ""."""
    found = _WORD_CODE.search(answer if isinstance(answer, bytes) else answer.encode("utf-8", "replace"))
    return f" [{found[1].decode()}]" if found else ""


def smtp_code(code: int, answer: bytes | str) -> str:
    """Return the numbers of an answer of SMTP, such as "451 4.3.0"."""
    found = _SMTP_CODE.match(answer if isinstance(answer, bytes) else answer.encode("utf-8", "replace"))
    return f"{code} {found[0].decode()}" if found else str(code)


@contextmanager
def told(language: str) -> Iterator[None]:
    """Turn whatever a library raises while it speaks a language, such as "IMAP", into Trouble."""
    try:
        yield
    except (imaplib.IMAP4.abort, smtplib.SMTPServerDisconnected, ConnectionError, EOFError, ssl.SSLEOFError):
        raise Broken("the connection broke off") from None
    except TimeoutError:
        raise Trouble(
            "it does not answer in time",
            hint="Check that it works and that no firewall is between; `patience` says how long to wait.",
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise Trouble(
            f"its certificate is not believed: {error.verify_message}",
            hint="Check `ca_file`, and that the URL has the name the certificate is for.",
        ) from None
    except ssl.SSLError as error:
        raise Trouble(
            f"TLS fails ({error.reason or 'no reason given'})",
            hint="Version 1.2 or later is needed; check the port, and `certificate_file` if one is asked for.",
        ) from None
    except socket.gaierror:
        raise Trouble("its name is not known", hint="Check the URL, and the name servers of this machine.") from None
    except OSError as error:
        raise Trouble(f"it cannot be reached: {error.strerror or type(error).__name__}") from None
    except _NONSENSE:
        raise Trouble(
            f"it answers what is no {language}", hint="Check that the URL names the right port of the right server."
        ) from None
