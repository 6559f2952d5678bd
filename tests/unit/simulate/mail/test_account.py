from __future__ import annotations

import pytest

from adapter.errors import ConfigError
from adapter.simulate.mail.account import Account, Accounts

ONE = Account(name="one", address="One@edi.example", password="a")  # noqa: S106 - of nobody
TWO = Account(name="two", address="two@edi.example")


def test_an_account_is_found_by_its_address_in_whatever_case() -> None:
    assert Accounts([ONE, TWO]).addressed("ONE@EDI.example") == ONE
    assert Accounts([ONE, TWO]).addressed("three@edi.example") is None


@pytest.mark.parametrize(
    ("name", "password", "found"),
    [
        ("one", "a", ONE),
        ("one@edi.example", "a", ONE),
        ("one", "b", None),
        ("one", "å", None),
        ("two", "whatever", TWO),
        ("three", "a", None),
    ],
)
def test_a_login_opens_the_account_whose_password_is_right(name: str, password: str, found: Account | None) -> None:
    assert Accounts([ONE, TWO]).opened(name, password) == found


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b", "a b"])
def test_a_name_that_is_no_folder_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is no name of an account"):
        Account(name=name, address="a@b.example")


@pytest.mark.parametrize("address", ["", "a", "a@b c", "<a@b>", "a@b@c"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="is no mail address"):
        Account(name="a", address=address)


@pytest.mark.parametrize(
    "accounts",
    [[ONE, ONE], [ONE, Account(name="three", address="one@EDI.example")], []],
    ids=["names", "addresses", "none"],
)
def test_accounts_that_cannot_be_told_apart_are_refused(accounts: list[Account]) -> None:
    with pytest.raises(ConfigError):
        Accounts(accounts)


def test_a_password_is_not_shown() -> None:
    assert "password" not in repr(ONE)


def test_accounts_are_told_by_their_names() -> None:
    assert dict(Accounts([ONE, TWO])) == {"one": ONE, "two": TWO}
    assert len(Accounts([ONE, TWO])) == 2
