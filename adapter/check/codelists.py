"""The national code lists: which codes they hold and what each is called.

A list is named by its number (`8279`) or by its OID (`2.16.578.1.12.4.1.1.8279`), as messages do. The lists change
without the schemas changing, so they are dated data files, and an unknown code is never more than a remark.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from adapter import resources
from adapter.errors import ConfigError
from adapter.values import value_class

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

#: OID of every national code list, up to the number of the list.
OID_PREFIX = "2.16.578.1.12.4.1.1."


@value_class
class CodeList:
    """One code list as it was on a day."""

    #: Number of the list, such as 8279.
    number: int
    #: What the list is called.
    name: str
    #: Names by code.
    codes: Mapping[str, str]
    #: Where the values were read.
    source: str
    #: The day the values were as they are here.
    date: dt.date

    @property
    def oid(self) -> str:
        """The list as the attribute S names it."""
        return f"{OID_PREFIX}{self.number}"


class CodeLists:
    """The lists in one folder; each is read when it is first asked for."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """Take the file of each list by its number; `load` finds them."""
        self._paths = paths
        self._read: dict[str, CodeList] = {}

    @classmethod
    def load(cls, directory: Path | None = None) -> Self:
        """Find the lists (`<number>.toml`) in a folder; without one, those of this project."""
        folder = resources.schemas() / "codelists" if directory is None else directory
        return cls({path.stem: path for path in sorted(folder.glob("*.toml"))})

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the lists at hand."""
        return tuple(int(number) for number in self._paths)

    def get(self, which: str | int) -> CodeList | None:
        """Return a list by number or OID; None when it is not at hand. ConfigError when its file is broken."""
        # The name comes from messages: it is looked up among the files that were found, and never becomes a path.
        number = str(which).removeprefix(OID_PREFIX)
        found = self._read.get(number)
        if found is None and number in self._paths:
            found = self._read[number] = _read(self._paths[number])
        return found

    def knows(self, which: str | int, code: str) -> bool | None:
        """Tell whether a list holds a code; None when the list is not at hand."""
        found = self.get(which)
        return None if found is None else code in found.codes

    def name_of(self, which: str | int, code: str) -> str | None:
        """Return what a code is called; None when the code or the list is unknown."""
        found = self.get(which)
        return None if found is None else found.codes.get(code)


def _read(path: Path) -> CodeList:
    try:
        with path.open("rb") as stream:
            table = tomllib.load(stream)
        return CodeList(
            number=table["number"],
            name=table["name"],
            codes=MappingProxyType(table["codes"]),
            source=table["source"],
            date=table["date"],
        )
    except OSError as error:
        raise ConfigError(f"The code list {path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The code list {path} is no valid TOML: {error}.") from error
    except KeyError as error:
        raise ConfigError(f"The code list {path} lacks the key {error}.") from error
