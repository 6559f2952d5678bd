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
_WRONG_PORT: Final = "Check that the URL names the right port of the right server."


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
    except (OSError, EOFError, *_NONSENSE) as error:
        raise _trouble(error, language) from None


def _trouble(error: Exception, language: str) -> Trouble:
    if _came_of(error, TimeoutError):
        return Trouble(
            "it does not answer in time",
            hint="Check that it works and that no firewall is between; `patience` says how long to wait.",
        )
    if is_end(error):
        return Broken("the connection broke off")
    if isinstance(error, imaplib.IMAP4.abort):
        # the library has one word for both
        return Broken(f"it says goodbye, or answers otherwise than {language} has it", hint=_WRONG_PORT)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return _unreachable(error)
    refusal = _refusal(error)
    if refusal is not None:
        return Trouble(f"it does not go on{refusal}")
    return Trouble(
        f"it answers otherwise than {language} has it",
        hint=_WRONG_PORT,
    )


def _refusal(error: Exception) -> str | None:
    """Return the code of a refusal, which may have none; None where an error is no refusal."""
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return f" ({smtp_code(error.smtp_code, error.smtp_error)})"
    if isinstance(error, poplib.error_proto) and isinstance(error.args[0], bytes):
        return word_code(error.args[0])
    return None


def is_end(error: Exception) -> bool:
    """Tell whether an error is a library's word for a connection that broke off."""
    if isinstance(error, poplib.error_proto):
        return error.args[:1] == ("-ERR EOF",)
    if isinstance(error, ConnectionRefusedError):
        return False
    return isinstance(error, smtplib.SMTPServerDisconnected) or _came_of(
        error, ConnectionError, EOFError, ssl.SSLEOFError
    )


def _came_of(error: BaseException | None, *kinds: type[Exception]) -> bool:
    """Tell whether an error is of one of the kinds, or a library made it of one."""
    while error is not None:
        if isinstance(error, kinds):
            return True
        error = error.__context__
    return False


def _unreachable(error: OSError) -> Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(
            f"its certificate is not believed: {error.verify_message}",
            hint="Check `ca_file`, and that the URL has the name the certificate is for.",
        )
    if isinstance(error, ssl.SSLError):
        return Trouble(
            f"TLS fails ({error.reason or 'no reason given'})",
            hint="Version 1.2 or later is needed; check the port, and `certificate_file` if one is asked for.",
        )
    if isinstance(error, socket.gaierror):
        return Trouble("its name is not known", hint="Check the URL, and the name servers of this machine.")
    return Trouble(f"it cannot be reached: {error.strerror or type(error).__name__}")
