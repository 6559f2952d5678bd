"""Handing mail over by SMTP (RFC 5321), with SIZE (RFC 1870) and 8BITMIME (RFC 6152) where they are offered.

One mail, one address, one transaction: what is wrong with one mail keeps no other from going.

A server that refuses for good is believed only where it can but mean this mail or its address: when it has heard the
address, or the mail. What it says to our login, to our own address, or of its rules (5.7) we may have to mend first.
"""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from typing import Final, NoReturn

from adapter.channel.mail.account import Account
from adapter.channel.mail.connection import Budget, Tls, connect, no_starttls, tls_for
from adapter.channel.mail.greeting import greeted
from adapter.channel.mail.server import Server
from adapter.channel.mail.terms import Terms
from adapter.channel.mail.trouble import Broken, Trouble, smtp_code, told
from adapter.values import value_class

#: Of an address no more is asked than that it cannot be taken for something else.
_ADDRESS: Final = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,255}", re.ASCII)
_READY: Final = 220
_TAKEN: Final = 250
_WILL_FORWARD: Final = 251
_FOR_GOOD: Final = 500
#: A mailbox there is not or that is full, a mail too large, or one that fails (RFC 5321, 4.2.3).
_OF_THE_MAIL: Final = range(550, 555)
#: Of what a server allows whom (RFC 3463, 3.8).
_POLICY: Final = re.compile(r"5\.7\.")


@value_class
class Outgoing:
    """A mail to hand over."""

    #: How whoever sends it knows it.
    key: str
    #: Where it goes.
    address: str
    #: The whole mail with its headers, exactly as it goes.
    data: bytes = field(repr=False)


@value_class(kw_only=False)
class Failure:
    """Why a mail was not handed over."""

    #: In words of ours.
    reason: str
    #: What the server answered, such as "550 5.1.1", where it never takes this mail to this address.
    refusal: str | None = None
    #: The server is out of reach, silent, or has nothing from us: it would be so with any mail.
    is_servers: bool = False


class _Client(smtplib.SMTP):
    """The library's client on a connection of ours."""

    def __init__(self, server: Server, tls: Tls | None, budget: Budget, *, name: str) -> None:
        self._server = server
        self._tls = tls
        self._budget = budget
        # given no host, it does not connect by itself; TLS checks the name of this one
        super().__init__(local_hostname=name)
        self._host = server.host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - see connection
        return connect(self._server, self._tls, self._budget)


class _Failed(Exception):
    """One mail cannot be handed over; the reason is told, and the connection goes on."""

    def __init__(self, reason: str, refusal: str | None = None) -> None:
        super().__init__(reason)
        self.failure = Failure(reason=reason, refusal=refusal)


class Submission:
    """The way to an SMTP server."""

    def __init__(self, server: Server, account: Account, terms: Terms, *, patience: float) -> None:
        """Take where it is, who logs in and what a mail may be like."""
        self._server = server
        self._account = account
        self._terms = terms
        self._budget = Budget(patience)
        self._client: _Client | None = None

    def greet(self) -> None:
        """Connect, log in and leave; raises Trouble."""
        self._connected()
        self._leave()

    def send(self, mails: Sequence[Outgoing]) -> dict[str, Failure]:
        """Hand mails over; return what failed and why, by key; raises Trouble where no mail could be tried."""
        failed: dict[str, Failure] = {}
        self._connected()
        try:
            for index, mail in enumerate(mails):
                try:
                    self._send_one(mail)
                except _Failed as error:
                    failed[mail.key] = error.failure
                except Broken as trouble:
                    failed[mail.key] = Failure(reason=str(trouble))
                    self._drop()
                except Trouble as trouble:
                    # a server that is silent, or will not have us any more: waiting as long for each would help nobody
                    failed |= {left.key: Failure(reason=str(trouble), is_servers=True) for left in mails[index:]}
                    return failed
        finally:
            self._leave()
        return failed

    def _send_one(self, mail: Outgoing) -> None:
        try:
            self._offer(mail)
        except Broken:
            # it was not sent yet: an idle connection may have ended
            self._drop()
            self._offer(mail)
        self._hand_over(mail)

    def _offer(self, mail: Outgoing) -> None:
        """Agree with the server about sender, size and receiver."""
        client = self._connected()
        options = self._options(client, mail)
        with told("SMTP"):
            self._budget.allow(0)
            code, answer = client.mail(self._terms.address, options)
            if code != _TAKEN:
                self._give_up(client, code, answer, is_ours=True)
            code, answer = client.rcpt(mail.address)
            if code not in {_TAKEN, _WILL_FORWARD}:
                self._give_up(client, code, answer)

    def _options(self, client: _Client, mail: Outgoing) -> list[str]:
        if not _ADDRESS.fullmatch(mail.address):
            raise _Failed("where it goes is no mail address")
        size = len(mail.data)
        if size > self._terms.largest_mail:
            raise _Failed(f"the mail has {size} bytes, more than largest_mail = {self._terms.largest_mail}")
        options = []
        if client.has_extn("size"):
            most = client.esmtp_features["size"].strip()
            # 0 and nothing are no limit
            if most.isdecimal() and 0 < int(most) < size:
                raise _Failed(f"the mail has {size} bytes, and the server takes at most {int(most)}")
            options.append(f"SIZE={size}")
        if not mail.data.isascii():
            if not client.has_extn("8bitmime"):
                raise _Failed("the mail has bytes beyond ASCII, which the server does not take (8BITMIME)")
            options.append("BODY=8BITMIME")
        return options

    def _hand_over(self, mail: Outgoing) -> None:
        client = self._connected()
        with told("SMTP"):
            self._budget.allow(len(mail.data))
            try:
                code, answer = client.data(mail.data)
            except smtplib.SMTPDataError as error:
                self._give_up(client, error.smtp_code, error.smtp_error)
            if code != _TAKEN:
                self._give_up(client, code, answer)

    def _give_up(self, client: _Client, code: int, answer: bytes | str, *, is_ours: bool = False) -> NoReturn:
        """Leave this mail; raises _Failed with what the server's code means. `is_ours`: our own address is refused."""
        if code < 0:
            raise smtplib.SMTPException
        told_code = smtp_code(code, answer)
        # a server that shuts down says 421
        with suppress(Trouble), told("SMTP"):
            self._budget.allow(0)
            client.rset()
        if code >= _FOR_GOOD:
            is_of_mail = code in _OF_THE_MAIL and not is_ours and _POLICY.search(told_code) is None
            raise _Failed(f"the server refuses the mail for good ({told_code})", told_code if is_of_mail else None)
        raise _Failed(f"the server refuses the mail for now ({told_code})")

    def _connected(self) -> _Client:
        """Return the client, connected and logged in; raises Trouble."""
        if self._client is not None and self._client.sock is not None:
            return self._client
        tls = tls_for(self._server, self._account, self._budget)
        # we call ourselves by the domain of our address: asking for this machine's own name may take long
        client = _Client(self._server, tls, self._budget, name=self._terms.address.rpartition("@")[2])
        try:
            with greeted(self._server, self._budget), told("SMTP"):
                self._log_in(client, tls)
        except BaseException:
            client.close()
            raise
        self._client = client
        return client

    def _log_in(self, client: _Client, tls: Tls | None) -> None:
        code, answer = client.connect(self._server.host, self._server.port)
        if code != _READY:
            raise smtplib.SMTPResponseException(code, answer)
        client.ehlo_or_helo_if_needed()
        if tls is not None and not self._server.is_tls:
            if not client.has_extn("starttls"):
                raise no_starttls()
            self._budget.allow(0)
            client.starttls(context=tls)
            client.ehlo_or_helo_if_needed()
        if self._account.user is None:
            return
        client.user, client.password = self._account.user, self._account.password()
        offered = client.esmtp_features.get("auth", "").upper().split()
        # one way only: each that fails counts against the user
        ways = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}
        way = next((way for way in ways if way in offered), None)
        if way is None:
            raise Trouble("it offers no login", hint="Leave out `user`, or use the port for submission.")
        self._budget.allow(0)
        try:
            client.auth(way, ways[way])
        except smtplib.SMTPAuthenticationError as error:
            raise Trouble(
                f"it does not accept user and password ({smtp_code(error.smtp_code, error.smtp_error)})",
                hint="Check user and password.",
            ) from None

    def _leave(self) -> None:
        if self._client is not None and self._client.sock is not None:
            # whatever it says to a goodbye changes nothing
            with suppress(Trouble), told("SMTP"):
                self._budget.allow(0)
                self._client.quit()
        self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()
