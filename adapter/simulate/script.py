"""The script of a party: what it sends, what it expects, and how it reacts. TOML in, frozen values out."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from adapter.check.nav import PROFILE as NAVS_RULES
from adapter.check.nav import Registers
from adapter.check.profile import Profile
from adapter.errors import ConfigError
from adapter.message.message import Kind
from adapter.simulate.table import Book, Table, nearest
from adapter.values import value_class

#: The parties there are scripts for; NAV's receipts differ from those of the others.
ROLES = ("referrer", "clinic", "nav", "frisklivssentral", "other")

#: What a `[[send]]` and an `[[expect]]` may say.
SEND_KEYS = frozenset({"id", "message", "file", "repeat", "after", "wait", "about", "odd"})
EXPECT_KEYS = frozenset(
    {"id", "kind", "type", "theme", "status", "error", "about", "times"}
    | {"wait", "receipt", "errors", "reason", "odd", "ask", "answer", "as"}
)
#: What `[nav]` may say: what the registers tell that only NAV has.
NAV_KEYS = frozenset(Registers.__dataclass_fields__)


class Oddity(StrEnum):
    """What systems do to their messages, and no standard says."""

    #: The error of a receipt has its code and its list in each other's place (pale-2).
    SWAPPED = "swapped code"
    #: The parties of a receipt have no role.
    NO_ROLE = "no role"
    #: RefToConversation stands before RefToParent.
    REVERSED = "reversed references"
    #: The same file comes once more, under another name.
    TWICE = "twice"
    #: The file breaks off in the middle.
    CUT_OFF = "cut off"


#: What NAV alone does.
NAVS_ODDITIES = frozenset({Oddity.SWAPPED, Oddity.NO_ROLE, Oddity.REVERSED})
_OF_SENDING = (Oddity.REVERSED, Oddity.TWICE, Oddity.CUT_OFF)
_OF_RECEIPTS = (Oddity.SWAPPED, Oddity.NO_ROLE, Oddity.TWICE, Oddity.CUT_OFF)


class ScriptError(ConfigError):
    """The script of a simulated party has mistakes."""

    code = "SIM-01"
    hint = "The scripts in fixtures/simulate/ are complete examples."


@value_class
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
    odd: frozenset[str] = frozenset()

    @property
    def conditions(self) -> tuple[str, ...]:
        """Everything that must be done before."""
        return tuple(name for name in (*self.after, self.repeat, self.about) if name is not None)


@value_class
class Acknowledge:
    """Answer with a receipt of the party's own system."""

    is_positive: bool
    #: Codes of list 8221; of NAV, also its own rules, such as "NAV-9e".
    errors: tuple[str, ...] = ()
    reason: str | None = None
    #: NAV's words, as they stand.
    words: tuple[str, ...] = ()
    odd: frozenset[str] = frozenset()


@value_class
class Judge:
    """Answer as NAV's own checks say (`adapter.check.nav`), which may be not at all."""

    odd: frozenset[str] = frozenset()


@value_class
class Reply:
    """Answer with a message of its own that refers to the one received."""

    #: The id it gets in the script.
    id: str
    message: Path
    #: True where it answers a question (which then goes back with the answer), False where it asks one.
    is_answer: bool


@value_class
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
    #: So long it takes the party to do something about it.
    wait: timedelta = timedelta()
    receipt: Acknowledge | Judge | None = None
    reply: Reply | None = None


@value_class
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
    #: What NAV's registers say of the people in messages.
    registers: Registers = field(default_factory=Registers)


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
    reader = _Reader(Book(path.parent))
    script = reader.script(data)
    mistakes = reader.book.mistakes
    if mistakes:
        raise ScriptError("\n".join([f"The script {path} has mistakes:", *(f"  {line}" for line in mistakes)]))
    return script


@dataclass(slots=True)
class _Reader:
    """Reads tables and gathers every mistake."""

    book: Book

    def script(self, data: Mapping[str, Any]) -> Script:
        top = Table(self.book, "", data, {"role", "name", "her_id", "send", "expect", "nav"})
        role = top.choice("role", ROLES) or ""
        if top.has("nav") and role != "nav":
            top.mistake("nav", "is for the role nav only")
        made = Script(
            role=role,
            name=top.text("name") or "",
            her_id=top.text("her_id", is_required=False),
            sends=tuple(self._send(table) for table in top.tables("send", SEND_KEYS)),
            expects=tuple(self._expect(table) for table in top.tables("expect", EXPECT_KEYS)),
            registers=self._registers(top.table("nav", NAV_KEYS)),
        )
        self._check_names(made)
        if role and role != "nav":
            self._check_is_nobody_else(made)
        return made

    def _registers(self, table: Table) -> Registers:
        environment: Literal["test", "prod"] = (
            "prod" if table.choice("environment", ("test", "prod"), is_required=False) == "prod" else "test"
        )
        return Registers(
            environment=environment,
            not_in_pdl=frozenset(table.texts("not_in_pdl")),
            not_in_hpr=frozenset(table.texts("not_in_hpr")),
            lapsed=frozenset(table.texts("lapsed")),
            unauthorised=frozenset(table.texts("unauthorised")),
            suspended=frozenset(table.texts("suspended")),
            professions=table.pairs("professions"),
            finds_virus=table.flag("finds_virus"),
        )

    def _send(self, table: Table) -> Send:
        made = Send(
            id=table.text("id") or "",
            message=table.file("message"),
            file=table.file("file"),
            repeat=table.text("repeat", is_required=False),
            after=table.texts("after"),
            wait=table.duration("wait"),
            about=table.text("about", is_required=False),
            odd=table.choices("odd", _OF_SENDING),
        )
        if sum(table.has(key) for key in ("message", "file", "repeat")) != 1:
            table.mistake("", "needs exactly one of message, file and repeat")
        for key in ("about", "odd"):
            if table.has(key) and not table.has("message"):
                table.mistake(key, "only a message can refer to another one")
        return made

    def _expect(self, table: Table) -> Expect:
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
            wait=table.duration("wait"),
            receipt=self._acknowledge(table),
            reply=self._reply(table),
        )

    def _acknowledge(self, table: Table) -> Acknowledge | Judge | None:
        said = table.choice("receipt", ("positive", "negative", "nav"), is_required=False)
        errors, reason = table.texts("errors"), table.text("reason", is_required=False)
        odd = table.choices("odd", _OF_RECEIPTS)
        if odd and said is None:
            table.mistake("odd", "belongs to a receipt")
        if said != "negative" and (errors or reason):
            table.mistake("errors" if errors else "reason", 'belongs to receipt = "negative" only')
        if said == "negative" and not errors:
            table.mistake("errors", "a negative receipt needs at least one code of list 8221")
        navs = {rule.id for rule in Profile.load(NAVS_RULES).rules if rule.partner}
        for error in errors:
            if error.startswith("NAV-") and error not in navs:
                table.mistake("errors", f'NAV has no words for "{error}"{nearest(error, navs)}')
        if said == "nav":
            return Judge(odd=odd)
        return Acknowledge(is_positive=said == "positive", errors=errors, reason=reason, odd=odd) if said else None

    def _reply(self, table: Table) -> Reply | None:
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
        self.book.mistakes += [f'id "{name}" is given twice' for name in dict.fromkeys(names) if names.count(name) > 1]
        for place, send in enumerate(script.sends, 1):
            where = f"send {place}"
            for name in send.after:
                self._check_name(f"{where}.after", name, set(names) - {send.id})
            self._check_name(f"{where}.about", send.about, set(names) - {send.id})
            self._check_name(f"{where}.repeat", send.repeat, {*sends, *replies} - {send.id})
        for place, expect in enumerate(script.expects, 1):
            self._check_name(f"expect {place}.about", expect.about, names)

    def _check_is_nobody_else(self, script: Script) -> None:
        """Check that nobody but NAV does as NAV does."""
        for place, expect in enumerate(script.expects, 1):
            said = expect.receipt
            if isinstance(said, Judge):
                self.book.mistakes.append(f'expect {place}.receipt: "nav" is for the role nav only')
            if said is not None and said.odd & NAVS_ODDITIES:
                self.book.mistakes.append(f"expect {place}.odd: is for the role nav only")
            if isinstance(said, Acknowledge) and any(error.startswith("NAV-") for error in said.errors):
                self.book.mistakes.append(f"expect {place}.errors: NAV's rules are for the role nav only")

    def _check_name(self, where: str, name: str | None, known: Collection[str]) -> None:
        if name is not None and name not in known:
            self.book.mistakes.append(f'{where}: nothing else has the id "{name}"{nearest(name, known)}')
