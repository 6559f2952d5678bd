"""What recipes of fixtures are made of: a specification, some changes, edits of the bytes, and who is who.

A recipe starts from a specification in `fixtures/specs/`, changes some fields, writes the message with
`adapter.wire.write`, and where the message shall be broken edits the bytes. Each edit must find its text exactly
once, so that a recipe cannot silently make a message that is not broken.
"""

from __future__ import annotations

import copy
import itertools
import tomllib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.message import Message
from adapter.wire import write
from adapter.wire.spec import from_spec

Table = dict[str, Any]
Recipe = Callable[[], bytes]

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
#: Ids of fixtures are derived from their names, so that they never change.
IDS = uuid.UUID("8b0f6c1e-4d57-5c6e-9d0a-3f2f5a0c7e11")
SPECS = resources.fixtures() / "specs"

RECIPES: dict[str, Recipe] = {}
_LISTS = CodeLists.load()


def recipe(name: str) -> Callable[[Callable[[str], bytes]], Callable[[str], bytes]]:
    """Register a function that makes the message of a name."""

    def register(make: Callable[[str], bytes]) -> Callable[[str], bytes]:
        if name in RECIPES:
            message = f"two recipes make {name}"
            raise ValueError(message)
        RECIPES[name] = lambda: make(name)
        return make

    return register


def spec(name: str) -> Table:
    """Return a specification of `fixtures/specs/`, to be changed."""
    return tomllib.loads((SPECS / f"{name}.toml").read_text("utf-8"))


def built(name: str, data: Table, **top: object) -> Message:
    """Return the message of a specification, with ids derived from the fixture's name."""
    numbers = itertools.count(1)
    table = {**data, **top}
    return from_spec(
        table,
        now=NOW,
        new_id=lambda: str(uuid.uuid5(IDS, f"{name}/{next(numbers)}")),
        name_of=_LISTS.name_of,
        folder=SPECS,
    )


def msg_id(name: str) -> str:
    """Return the MsgId of another fixture."""
    return str(uuid.uuid5(IDS, f"{name}/1"))


def document_id(name: str) -> str:
    """Return the document id of another fixture that is a referral."""
    return str(uuid.uuid5(IDS, f"{name}/2"))


def edited(data: bytes, *edits: tuple[str, str]) -> bytes:
    """Return bytes with each text, which must stand there exactly once, replaced."""
    for old, new in edits:
        found = data.count(old.encode())
        if found != 1:
            message = f"{old!r} stands {found} times in the message"
            raise ValueError(message)
        data = data.replace(old.encode(), new.encode())
    return data


def moved(data: bytes, element: str, before: str) -> bytes:
    """Return bytes with the first whole element of a name moved to before another one."""
    start = data.index(f"<{element}>".encode())
    end = data.index(f"</{element}>".encode()) + len(f"</{element}>")
    whole = data[start:end]
    return edited(data[:start] + data[end:], (before, whole.decode() + before))


def without(table: Table, *path: str | int) -> Table:
    """Return a table without one of its keys."""
    changed = copy.deepcopy(table)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed


def with_(table: Table, value: object, *path: str | int) -> Table:
    """Return a table with one of its keys changed."""
    changed = copy.deepcopy(table)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def without_information(table: Table, *kinds: str) -> Table:
    """Return a referral without the clinical facts of some kinds."""
    kept = [item for item in table["henvisning"]["information"] if item["kind"].split()[0] not in kinds]
    return with_(table, kept, "henvisning", "information")


def referral(version: str) -> Table:
    """Return the complete referral of a version."""
    return spec("henvisning-2.0-ny-tilstand" if version == "2.0" else f"henvisning-{version}")


def plain(version: str = "1.1") -> Table:
    """Return the complete referral without its attachment."""
    table = referral(version)
    table.pop("attachments", None)
    return table


def written(name: str, data: Table, **top: object) -> bytes:
    """Return the bytes of a specification's message."""
    return write(built(name, data, **top))


CLINIC = {
    "organisation": {
        "name": "Syntetisk sykehus HF",
        "her_id": "8990100",
        "unit": {"name": "Fysikalsk medisin og rehabilitering", "her_id": "8990101"},
    }
}
GP = {
    "organisation": {
        "name": "Syntetisk legesenter",
        "her_id": "8990200",
        "professional": {"name": "Grønn Vits", "her_id": "8990201"},
    }
}
CENTRE = {
    "organisation": {
        "name": "Syntetisk kommune",
        "her_id": "8990300",
        "unit": {"name": "Frisklivssentralen", "her_id": "8990301"},
    }
}
NAV = {"organisation": {"name": "NAV", "organisation_number": "889640782", "her_id": "79768"}}
PATIENT = {"name": "Vakker Blomst", "identity_number": "14838400052"}
AUTHOR = {"name": "Grønn Vits", "profession": "LE Lege", "hpr": "565501872", "phone": "77000001"}
CLINICIAN = {"name": "Rolig Skog", "profession": "FT Fysioterapeut", "hpr": "565501872", "phone": "77000003"}


def refers_to(parent: str, conversation: str | None = None) -> Table:
    """Return the references to earlier messages, by their MsgId."""
    return {"parent": parent, "conversation": conversation or parent}
