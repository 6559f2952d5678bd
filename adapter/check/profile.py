"""Profiles: what a kind of message should say, kept as data that a domain expert can read and review.

`schemas/profiles/<name>.toml` holds what a profile is about, its rules with all their texts, the words and the codes
it looks for. The code beside it (`amo`, `fri`, `types`) knows where in
a message to look. A profile is read when it is first asked for, and read once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Self, TypeVar

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.finding import Severity
from adapter.check.rule import Rule
from adapter.errors import ConfigError
from adapter.message import Code, coded
from adapter.values import value_class

_Value = TypeVar("_Value")

_ID = re.compile(r"[A-Z][A-Z0-9]*-\d{1,2}[a-z]?")
_TEXTS = frozenset({"id", "variant", "title", "text", "partner", "hint", "question", "source", "tag"})
_RULE = _TEXTS | {"inbound", "outbound", "apprec", "demands", "instead_of"}
_WORDS = frozenset({"about", "pattern", "capitals"})
_CODES = frozenset({"about", "list", "codes"})
_WORDING = frozenset({"subject", "opening", "ending"})
_LIMIT = frozenset({"about", "value"})
_MESSAGE = frozenset({"type", "version"})
_PROFILE = frozenset(
    {"message", "title", "about", "applies", "rule", "words", "headings", "codes", "limits", "questions"}
)
#: Escapes of regular expressions that are capitals themselves: they do not ask for capitals in the text.
_CLASS = re.compile(r"\\[A-Z]")


@value_class
class Wording:
    """The words around a question to the sender, in Norwegian."""

    subject: str
    opening: str
    ending: str


@value_class
class Profile:
    """One profile as its file has it."""

    name: str
    title: str
    about: str
    #: When its rules are asked, in words.
    applies: str
    #: Type (list 8279) and version of the messages it is about, where it is about one type.
    type: str
    version: str
    rules: tuple[Rule, ...]
    #: What each rule of a message type demands (`check.demands`), by its name.
    demands: tuple[tuple[str, Rule], ...]
    #: By rule: those of the message types that are silent where it speaks; by "" where it is asked in no direction.
    covers: Mapping[str, tuple[str, ...]]
    #: Patterns for text in small letters, unless the file says `capitals`.
    words: Mapping[str, re.Pattern[str]]
    #: Headings inside texts, by what stands under them.
    headings: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, frozenset[str]]
    #: The code list of each set of codes.
    lists: Mapping[str, str]
    #: The words around the questions that rules ask, by rule; "default" for all others.
    questions: Mapping[str, Wording]
    #: Numbers that somebody had to choose.
    limits: Mapping[str, int]
    _rules: Mapping[tuple[str, str], Rule]

    @classmethod
    @cache
    def load(cls, name: str) -> Self:
        """Return a profile of this project by name. ConfigError lists every mistake of its file."""
        return cls.read(folder() / f"{name}.toml")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a profile from a file. ConfigError lists every mistake in it."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"The profile {path} cannot be read: {error.strerror}.", hint=_HINT) from error
        except ValueError as error:  # TOML or its encoding
            raise ConfigError(f"The profile {path} is no valid TOML: {error}.", hint=_HINT) from error
        reader = _Reader(table)
        message = reader.message()
        rules = dict(reader.rules())
        profile = cls(
            name=path.stem,
            title=reader.text(table, "title", "the profile"),
            about=reader.text(table, "about", "the profile"),
            applies=reader.text(table, "applies", "the profile"),
            type=message.get("type", ""),
            version=message.get("version", ""),
            rules=tuple(rules.values()),
            demands=tuple(reader.demands(rules)),
            covers=dict(reader.covers()),
            words=_Named(path, "words", reader.words()),
            headings=_Named(path, "headings", reader.headings()),
            codes=_Named(path, "codes", reader.codes()),
            questions=dict(reader.questions()),
            lists=_Named(path, "codes", reader.lists()),
            limits=_Named(path, "limits", reader.limits()),
            _rules=rules,
        )
        if reader.mistakes:
            found = "\n".join(f"  {mistake}" for mistake in reader.mistakes)
            raise ConfigError(f"The profile {path} has mistakes:\n{found}", hint=_HINT)
        return profile

    def rule(self, rule_id: str, variant: str = "") -> Rule:
        """Return a rule, or its row for a special case. ConfigError when the file has none."""
        found = self._rules.get((rule_id, variant))
        if found is None:
            name = f"{rule_id} ({variant})" if variant else rule_id
            raise ConfigError(f"The profile {self.name} lacks the rule {name}.", hint=f"Add it to {self.name}.toml.")
        return found

    def wording(self, rule_id: str | None = None) -> Wording | None:
        """Return the words around the question of one of its rules, or of a person; None for others' rules."""
        if rule_id is not None and all(rule.id != rule_id for rule in self.rules):
            return None
        return self.questions.get(rule_id or "") or self.questions.get("default")

    def instead_of(self, found: Iterable[str]) -> Iterator[str]:
        """Yield the rules of message types that are silent beside rules that were found."""
        for rule_id in ("", *found):
            yield from self.covers.get(rule_id, ())


_HINT = "Mend the file; the other files of the folder show the form."


def folder() -> Path:
    """Return the folder of the profiles' files."""
    return resources.schemas() / "profiles"


def every() -> tuple[Profile, ...]:
    """Return all profiles of this project, by name."""
    return tuple(Profile.load(path.stem) for path in sorted(folder().glob("*.toml")))


class _Named(dict[str, _Value]):
    """The named things of one table; asking for one that the file lacks is a mistake of the file."""

    def __init__(self, path: Path, table: str, named: Iterable[tuple[str, _Value]]) -> None:
        super().__init__(named)
        self._place = f"The profile {path} lacks", table

    def __missing__(self, name: str) -> _Value:
        lacks, table = self._place
        raise ConfigError(f"{lacks} {table}.{name}, which a rule asks for.", hint=_HINT)


class _Reader:
    """Reads the parts of a file, and keeps a list of what is wrong in it."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self.mistakes: list[str] = []
        self._only(table, _PROFILE, "the profile")

    def text(self, table: Mapping[str, Any], key: str, place: str) -> str:
        """Return a text that must be there."""
        value = table.get(key, "")
        if not isinstance(value, str) or not value.strip():
            self.mistakes.append(f"{place}: `{key}` is missing or empty; write a text.")
            return ""
        return " ".join(value.split())

    def rules(self) -> Iterator[tuple[tuple[str, str], Rule]]:
        """Yield the rules by id and variant."""
        seen: set[tuple[str, str]] = set()
        for number, table in enumerate(self._tables("rule"), start=1):
            place = f"rule {table.get('id', number)}"
            if variant := str(table.get("variant", "")):
                place += f" ({variant})"
            self._only(table, _RULE, place)
            texts: dict[str, Any] = {}
            for name in _TEXTS & table.keys() | {"id", "title", "text"}:
                texts[name] = self.text(table, name, place)
            key = (texts["id"], texts.pop("variant", ""))
            if not _ID.fullmatch(key[0]):
                self.mistakes.append(f"{place}: `id` is not like AMO-04.")
            if key in seen:
                self.mistakes.append(f"{place}: stands twice; give one of them another `variant`.")
            seen.add(key)
            for name in ("text", "partner"):
                self._placeholders(texts.get(name, ""), f"{place}: `{name}`")
            yield (
                key,
                Rule(
                    **texts,
                    inbound=self._severity(table, "inbound", place),
                    outbound=self._severity(table, "outbound", place),
                    apprec=self._error(table, place),
                ),
            )

    def message(self) -> Mapping[str, str]:
        """Return the type of message, where the file is about one."""
        if "message" not in self._table:
            return {}
        table = self._named_values("message")
        self._only(table, _MESSAGE, "message")
        return {key: self.text(table, key, "message") for key in _MESSAGE}

    def demands(self, rules: Mapping[tuple[str, str], Rule]) -> Iterator[tuple[str, Rule]]:
        """Yield what the rules demand, with the rule."""
        for table, rule in zip(self._tables("rule"), rules.values(), strict=False):
            if "demands" in table:
                yield self.text(table, "demands", f"rule {rule.id}"), rule

    def covers(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the rules that take the place of others, with those others."""
        for table in self._tables("rule"):
            if "instead_of" in table:
                name = str(table.get("id", ""))
                is_asked = "inbound" in table or "outbound" in table
                yield name if is_asked else "", tuple(self._list(table, "instead_of", f"rule {name}"))

    def words(self) -> Iterator[tuple[str, re.Pattern[str]]]:
        """Yield the patterns by name."""
        for name, table in self._named("words"):
            place = f"words.{name}"
            self._only(table, _WORDS, place)
            self.text(table, "about", place)
            joined = table.get("pattern")
            if not isinstance(joined, str):
                joined = rf"\b(?:{'|'.join(self._list(table, 'pattern', place))})"
            if not table.get("capitals", False) and (bare := _CLASS.sub("", joined)) != bare.lower():
                self.mistakes.append(f"{place}: has capitals, and texts are compared in small letters; see `capitals`.")
            try:
                yield name, re.compile(joined)
            except re.error as error:
                self.mistakes.append(f"{place}: `pattern` is no regular expression: {error}.")

    def headings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the headings by what stands under them."""
        table = self._named_values("headings")
        for name in table:
            yield name, tuple(self._list(table, name, "headings"))

    def codes(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield the sets of codes by name."""
        for name, table in self._named("codes"):
            place = f"codes.{name}"
            self._only(table, _CODES, place)
            self.text(table, "about", place)
            yield name, frozenset(self._list(table, "codes", place))

    def lists(self) -> Iterator[tuple[str, str]]:
        """Yield the code list of each set of codes."""
        for name, table in self._named("codes"):
            number = table.get("list")
            if not isinstance(number, int):
                self.mistakes.append(f"codes.{name}: `list` is missing; write the number of a list, such as 9060.")
            yield name, str(number)

    def limits(self) -> Iterator[tuple[str, int]]:
        """Yield the limits by name."""
        for name, table in self._named("limits"):
            place = f"limits.{name}"
            self._only(table, _LIMIT, place)
            self.text(table, "about", place)
            value = table.get("value")
            if isinstance(value, int):
                yield name, value
            else:
                self.mistakes.append(f"{place}: `value` is missing; write a whole number.")

    def questions(self) -> Iterator[tuple[str, Wording]]:
        """Yield the words around questions by rule."""
        for name, table in self._named("questions"):
            place = f"questions.{name}"
            self._only(table, _WORDING, place)
            yield name, Wording(**{key: self.text(table, key, place) for key in _WORDING})

    def _severity(self, table: Mapping[str, Any], key: str, place: str) -> Severity | None:
        value = table.get(key)
        if value is None:
            return None
        try:
            return Severity(value)
        except ValueError:
            known = ", ".join(severity.value for severity in Severity)
            self.mistakes.append(f"{place}: `{key}` is {value!r}; write one of {known}, or leave it out.")
            return None

    def _error(self, table: Mapping[str, Any], place: str) -> Code | None:
        value = table.get("apprec")
        if value is None:
            return None
        name = CodeLists.load().name_of(8221, str(value))
        if name is None:
            self.mistakes.append(f"{place}: `apprec` is {value!r}; write a code of list 8221, such as X99.")
            return None
        return coded(8221, str(value), name)

    def _placeholders(self, text: str, place: str) -> None:
        try:
            list(Formatter().parse(text))
        except ValueError as error:
            self.mistakes.append(f"{place}: {error}; braces are for placeholders only.")

    def _only(self, table: Mapping[str, Any], known: frozenset[str], place: str) -> None:
        for key in table.keys() - known:
            self.mistakes.append(f"{place}: `{key}` is not known; write one of {', '.join(sorted(known))}.")

    def _list(self, table: Mapping[str, Any], key: str, place: str) -> list[str]:
        value = table.get(key)
        if isinstance(value, list) and value and all(isinstance(part, str) and part for part in value):
            return value
        self.mistakes.append(f"{place}: `{key}` must be a list of texts with at least one in it.")
        return []

    def _tables(self, key: str) -> list[Mapping[str, Any]]:
        value = self._table.get(key, [])
        if isinstance(value, list) and all(isinstance(part, Mapping) for part in value):
            return value
        self.mistakes.append(f"`{key}` must be a list of tables; write [[{key}]].")
        return []

    def _named_values(self, key: str) -> Mapping[str, Any]:
        value = self._table.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.mistakes.append(f"`{key}` must be a table; write [{key}].")
        return {}

    def _named(self, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, table in self._named_values(key).items():
            if isinstance(table, Mapping):
                yield name, table
            else:
                self.mistakes.append(f"{key}.{name} must be a table; write [{key}.{name}].")
