from __future__ import annotations

from pathlib import Path

import pytest

from adapter.channel.mail.account import ENVIRONMENT, Account
from adapter.channel.mail.trouble import Trouble


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"in the file \r\nsecond\n")
    monkeypatch.setenv(ENVIRONMENT, "in the environment")

    assert Account(user="a", password_file=file).password() == "in the file "
    assert Account(user="a").password() == "in the environment"


@pytest.mark.parametrize("content", [b"", b"\nlate\n", "blåbær\n".encode()])
def test_what_is_no_password_is_told_without_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)

    with pytest.raises(Trouble, match=f"password_file {file} holds no password in ASCII$"):
        Account(user="a", password_file=file).password()


def test_where_a_password_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)

    with pytest.raises(Trouble, match=f"{ENVIRONMENT} holds no password"):
        Account(user="a").password()
    with pytest.raises(Trouble, match="cannot be read: No such file"):
        Account(user="a", password_file=tmp_path / "none").password()
