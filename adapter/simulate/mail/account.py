"""Who has a mailbox, and who may log in."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from types import MappingProxyType

from adapter.errors import ConfigError
from adapter.values import value_class

#: A name is a folder's name too.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")


@value_class
class Account:
    """A mailbox."""

    #: Logs in under this name.
    name: str
    #: Gets the mails to this address.
    address: str
    #: None: every password is right, and nobody has to log in to send as this account.
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(f'"{self.name}" is no name of an account: letters, digits, dots and hyphens.', hint="")
        if not _ADDRESS.fullmatch(self.address):
            raise ConfigError(f"The address of the account {self.name} is no mail address.", hint="")

    def is_opened_by(self, password: str) -> bool:
        """Tell whether the password is right."""
        return self.password is None or hmac.compare_digest(self.password.encode(), password.encode())


class Accounts(Mapping[str, Account]):
    """All accounts by their names."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        """Take accounts. Raises ConfigError where two have the same name or the same address."""
        given = tuple(accounts)
        self._by_name = MappingProxyType({account.name: account for account in given})
        self._by_address = MappingProxyType({account.address.casefold(): account for account in given})
        if not given:
            raise ConfigError("A mail server needs an account.", hint="")
        if len(self._by_name) < len(given) or len(self._by_address) < len(given):
            raise ConfigError("Two accounts have the same name or the same address.", hint="")

    def __getitem__(self, name: str) -> Account:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def addressed(self, address: str) -> Account | None:
        """Return the account that an address belongs to."""
        return self._by_address.get(address.casefold())

    def opened(self, name: str, password: str) -> Account | None:
        """Return the account that a login opens: its name, or its address, as some clients send."""
        account = self._by_name.get(name) or self.addressed(name)
        return account if account and account.is_opened_by(password) else None
