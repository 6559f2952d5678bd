"""The script of a party: what it sends, what it expects, and how it reacts. TOML in, frozen values out."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapter import duration
from adapter.errors import ConfigError
from adapter.message.message import Kind

#: The parties there are scripts for; their receipts differ.
ROLES = ("referrer", "clinic", "nav")

#: What a `[[send]]` and an `[[expect]]` may say.
SEND_KEYS = frozenset({"id", "message", "file", "repeat", "after", "wait", "about"})
EXPECT_KEYS = frozenset(
    {"id", "kind", "type", "theme", "status", "error", "about", "times"}
    | {"receipt", "errors", "reason", "ask", "answer", "as"}
)


class ScriptError(ConfigError):
    """The script of a simulated party has mistakes."""

    code = "SIM-01"
    hint = "The scripts in fixtures/simulate/ are complete examples."


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message the party sends on its own."""

    id: str
    #: Specification or XML to write with new ids and times; None where `file` or `repeat` says what to send.
    message: Path | None = None
    #: Sent byte by byte, whatever it is.
    file: Path | None = None
    #: Sends the very bytes again that went out under this id.
    repeat: str | None = None
    #: Ids of what must have been sent or met before.
    after: tuple[str, ...] = ()
    #: Counted from then.
    wait: timedelta = timedelta()
    #: The message that it refers to, sent or met under this id.
    about: str | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """Everything that must be done before."""
        return tuple(name for name in (*self.after, self.repeat, self.about) if name is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Answer with a receipt of the party's own system."""

    is_positive: bool
    #: Codes of list 8221.
    errors: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Answer with a message of its own that refers to the one received."""

    #: The id it gets in the script.
    id: str
    message: Path
    #: True where it answers a question (which then goes back with the answer), False where it asks one.
    is_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """A message the party expects, and what it then does; with no acts it stays silent."""

    id: str
    #: What must fit; None fits everything.
    kind: Kind | None = None
    #: List 8279.
    type: str | None = None
    #: Code of the first note's theme, such as "7322:6".
    theme: str | None = None
    #: List 8258, of a receipt.
    status: str | None = None
    #: List 8221, one of a receipt's errors.
    error: str | None = None
    #: The message it answers or belongs to, sent or met under this id.
    about: str | None = None
    #: How often it must come; it may not come more often. None: as often as it likes, or never.
    times: int | None = 1
    receipt: Acknowledge | None = None
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Everything a party does."""

    role: str
    #: What its receipts call the software.
    name: str
    #: Which of a message's receivers it is; None is the main one.
    her_id: str | None = None
    sends: tuple[Send, ...] = ()
    #: The first one that fits, and has not come often enough, reacts.
    expects: tuple[Expect, ...] = ()


def load_script(path: Path) -> Script:
    """Read a script; paths in it count from its folder.

    Raises:
        ScriptError: it cannot be read, or has mistakes: all of them are told, by their keys.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ScriptError(f"The script {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScriptError(f"The script {path} is no valid TOML: {error}.") from error
    reader = _Reader(path.parent)
    script = reader.script(data)
    if reader.mistakes:
        raise ScriptError("\n".join([f"The script {path} has mistakes:", *(f"  {line}" for line in reader.mistakes)]))
    return script


@dataclass(slots=True)
class _Reader:
    """Reads tables and gathers every mistake."""

    folder: Path
    mistakes: list[str] = field(default_factory=list)

    def script(self, data: Mapping[str, Any]) -> Script:
        top = _Table(self, "", data, {"role", "name", "her_id", "send", "expect"})
        made = Script(
            role=top.choice("role", ROLES) or "",
            name=top.text("name") or "",
            her_id=top.text("her_id", is_required=False),
            sends=tuple(self._send(table) for table in top.tables("send", SEND_KEYS)),
            expects=tuple(self._expect(table) for table in top.tables("expect", EXPECT_KEYS)),
        )
        self._check_names(made)
        return made

    def _send(self, table: _Table) -> Send:
        made = Send(
            id=table.text("id") or "",
            message=table.file("message"),
            file=table.file("file"),
            repeat=table.text("repeat", is_required=False),
            after=table.texts("after"),
            wait=table.duration("wait"),
            about=table.text("about", is_required=False),
        )
        if sum(table.has(key) for key in ("message", "file", "repeat")) != 1:
            table.mistake("", "needs exactly one of message, file and repeat")
        if made.about and not table.has("message"):
            table.mistake("about", "only a message can refer to another one")
        return made

    def _expect(self, table: _Table) -> Expect:
        kind = table.choice("kind", tuple(kind.value for kind in Kind), is_required=False)
        return Expect(
            id=table.text("id") or "",
            kind=Kind(kind) if kind else None,
            type=table.text("type", is_required=False),
            theme=table.text("theme", is_required=False),
            status=table.text("status", is_required=False),
            error=table.text("error", is_required=False),
            about=table.text("about", is_required=False),
            times=table.times("times"),
            receipt=self._acknowledge(table),
            reply=self._reply(table),
        )

    def _acknowledge(self, table: _Table) -> Acknowledge | None:
        said = table.choice("receipt", ("positive", "negative"), is_required=False)
        errors, reason = table.texts("errors"), table.text("reason", is_required=False)
        if said != "negative" and (errors or reason):
            table.mistake("errors" if errors else "reason", 'belongs to receipt = "negative" only')
        if said == "negative" and not errors:
            table.mistake("errors", "a negative receipt needs at least one code of list 8221")
        return Acknowledge(is_positive=said == "positive", errors=errors, reason=reason) if said else None

    def _reply(self, table: _Table) -> Reply | None:
        if table.has("ask") and table.has("answer"):
            table.mistake("answer", "either ask or answer, not both")
        asked, answered = table.file("ask"), table.file("answer")
        path = asked or answered
        name = table.text("as", is_required=path is not None)
        if path is None and name is not None:
            table.mistake("as", "names what ask or answer sends, and there is neither")
        return Reply(id=name or "", message=path, is_answer=answered is not None) if path else None

    def _check_names(self, script: Script) -> None:
        """Check that names are unique, and that what refers to one finds it."""
        sends = [send.id for send in script.sends]
        replies = [expect.reply.id for expect in script.expects if expect.reply]
        names = [*sends, *replies, *(expect.id for expect in script.expects)]
        self.mistakes += [f'id "{name}" is given twice' for name in dict.fromkeys(names) if names.count(name) > 1]
        for place, send in enumerate(script.sends, 1):
            where = f"send {place}"
            for name in send.after:
                self._check_name(f"{where}.after", name, set(names) - {send.id})
            self._check_name(f"{where}.about", send.about, set(names) - {send.id})
            self._check_name(f"{where}.repeat", send.repeat, {*sends, *replies} - {send.id})
        for place, expect in enumerate(script.expects, 1):
            self._check_name(f"expect {place}.about", expect.about, names)

    def _check_name(self, where: str, name: str | None, known: Collection[str]) -> None:
        if name is not None and name not in known:
            self.mistakes.append(f'{where}: nothing else has the id "{name}"{_nearest(name, known)}')


class _Table:
    """One table of the file, whose keys are known."""

    def __init__(self, reader: _Reader, where: str, data: Mapping[str, Any], known: Collection[str]) -> None:
        self._reader = reader
        self._where = where
        self._data = data
        for key in data:
            if key not in known:
                self.mistake(key, f"is no key here{_nearest(key, known)}")

    def mistake(self, key: str, text: str) -> None:
        where = ".".join(part for part in (self._where, key) if part)
        self._reader.mistakes.append(f"{where}: {text}")

    def has(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str, *, is_required: bool = True) -> str | None:
        value = self._data.get(key)
        if value is None and not is_required:
            return None
        if isinstance(value, str) and value.strip():
            return value
        self.mistake(key, "is required" if value is None else "must be a text in quotes, and not empty")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of an array; one text alone counts as an array of it."""
        value = self._data.get(key, [])
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(item, str) and item for item in items):
            return tuple(items)
        self.mistake(key, "must be a text in quotes, or an array of such")
        return ()

    def choice(self, key: str, known: Iterable[str], *, is_required: bool = True) -> str | None:
        value = self.text(key, is_required=is_required)
        if value is None or value in known:
            return value
        self.mistake(key, f"must be one of: {', '.join(known)}")
        return None

    def duration(self, key: str) -> timedelta:
        text = self.text(key, is_required=False)
        try:
            return duration.parse(text) if text else timedelta()
        except ValueError as error:
            self.mistake(key, str(error))
            return timedelta()

    def times(self, key: str) -> int | None:
        value = self._data.get(key, 1)
        if value == "any":
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self.mistake(key, 'must be a whole number from 1, or "any"')
        return 1

    def file(self, key: str) -> Path | None:
        text = self.text(key, is_required=False)
        if text is None:
            return None
        path = self._reader.folder / text
        if not path.is_file():
            self.mistake(key, f"there is no file {text} beside the script")
        return path

    def tables(self, key: str, known: Collection[str]) -> list[_Table]:
        value = self._data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.mistake(key, f"must be tables, each headed [[{key}]]")
            return []
        return [_Table(self._reader, f"{key} {place}", item, known) for place, item in enumerate(value, 1)]


def _nearest(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f'; did you mean "{close[0]}"?' if close else ""
