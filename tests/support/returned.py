"""Mails that mail servers send about mails: delivery reports, as Postfix and others write them."""

from __future__ import annotations

import mails

#: Of the mail that the clinic sent to the office.
MAIL_ID = f"{mails.SENT_ID}@testedi.nhn.no"
WORDS = "Mottaker Vakker Blomst finnes ikke her"


def receiver(*, action: str | None = "failed", status: str | None = "5.1.1") -> str:
    """Return what a report says of one receiver."""
    said = [f"Action: {action}"] if action is not None else []
    said += [f"Status: {status}"] if status is not None else []
    text = f"Diagnostic-Code: smtp; 550 5.1.1 {WORDS}"
    return "\r\n".join(["Final-Recipient: rfc822; fastlege@testedi.nhn.no", *said, text]) + "\r\n"


def report(
    *receivers: str,
    mail_id: str | None = MAIL_ID,
    original: str | None = None,
    kind: str = "multipart/report; report-type=delivery-status",
    status_kind: str = "message/delivery-status",
    returned_kind: str = "text/rfc822-headers",
    rest: str = "",
) -> bytes:
    """Return a report about a mail, about the one that the clinic sent unless said otherwise."""
    named = f"Message-ID: <{mail_id}>\r\n" if mail_id is not None else ""
    above = "Reporting-MTA: dns; mx.example\r\n"
    above += f"Original-Message-ID: <{original}>\r\n" if original is not None else ""
    groups = "\r\n".join([above, *(receivers or (receiver(),))])
    return (
        "From: MAILER-DAEMON@mx.example\r\n"
        "To: klinikk@testedi.nhn.no\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: {kind}; boundary="=_r"\r\n\r\n'
        "This is a MIME-encapsulated message.\r\n\r\n"
        f"--=_r\r\nContent-Type: text/plain\r\n\r\n{WORDS}\r\n"
        f"--=_r\r\nContent-Type: {status_kind}\r\n\r\n{groups}\r\n"
        f"--=_r\r\nContent-Type: {returned_kind}\r\n\r\nFrom: klinikk@testedi.nhn.no\r\n{named}\r\n{rest}\r\n"
        "--=_r--\r\n"
    ).encode()
