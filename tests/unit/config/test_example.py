"""The example is complete, right, and describes what the demo runs."""

from __future__ import annotations

import re
import tomllib
from typing import get_args

import pytest

from adapter import resources
from adapter.config import Settings, build, load
from adapter.config.channel_tables import MailTable
from adapter.config.fields import Table
from adapter.config.models import WhenTable


def _fields() -> list[tuple[str, str]]:
    """List every key of every table, as "party", "her_ids"."""
    listed = [("when", field.alias or name) for name, field in WhenTable.model_fields.items()]
    for table, field in Settings.model_fields.items():
        for model in _tables_in(field.annotation):
            listed += [(table, inner.alias or name) for name, inner in model.model_fields.items()]
    return listed


def _tables_in(annotation: object) -> list[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables_in(part)]


@pytest.mark.parametrize(("table", "key"), _fields())
def test_every_key_appears_in_its_table(table: str, key: str) -> None:
    """Keys without a default value are shown commented out."""
    text = resources.example_config().read_text("utf-8")
    sections = re.split(r"(?m)^\[+([a-z]+)\]+.*$", text)
    if table == "when":
        assert re.search(rf"when = {{.*\b{key} = ", text)
    else:
        inside = "".join(sections[index + 1] for index in range(1, len(sections), 2) if sections[index] == table)
        assert re.search(rf"(?m)^(# )?{key} = ", inside)


def test_the_keys_that_are_commented_out_are_right_too() -> None:
    text = resources.example_config().read_text("utf-8")
    examples = re.findall(r"(?m)^# ([a-z_0-9]+ = .*)$", text)

    assert [tomllib.loads(example).keys() for example in examples] == [
        {"directory"},
        {"allowed_numbers_file"},
        {"roots"},
        {"revocation_lists"},
        {"revocation_cache"},
        {"proxy"},
        {"own"},
        {"passphrase_file"},
        {"partners"},
        {"folder"},
        {"url"},
        {"token_file"},
        {"proxy"},
        {"fallback"},
        {"sha1_until"},
        {"triple_des_until"},
        {"address"},
        *({key} for key in MailTable.model_fields),
    ]


def test_its_mail_channel_is_right_and_has_the_defaults() -> None:
    text = resources.example_config().read_text("utf-8")
    (block,) = re.findall(r"(?m)^# \[\[channel\]\]\n((?:# .*\n)+)", text)
    table = tomllib.loads(block.replace("# ", "", 1).replace("\n# ", "\n"))

    mail = MailTable.model_validate(table)
    shortest = MailTable.model_validate({key: table[key] for key in ("id", "type", "address", "inbox", "outbox")})
    given = {"user", "password_file", "ca_file", "certificate_file"}
    assert mail.model_dump(exclude=given) == shortest.model_dump(exclude=given)


def test_the_defaults_it_names_are_the_defaults() -> None:
    settings = load(resources.example_config())

    for table in ("limits", "checks", "trust", "receipts", "timers", "retries", "retention"):
        shown = getattr(settings, table)
        assert shown == type(shown)()


def test_the_example_describes_the_demo() -> None:
    parties = build.register(load(resources.example_config()))

    assert [party.id for party in parties] == ["referrer", "clinic", "nav", "frisklivssentral"]
    for her_id, party_id in {"8990201": "referrer", "8990101": "clinic", "79768": "nav"}.items():
        party = parties.by_her(her_id)
        assert party is not None
        assert party.id == party_id
    clinic, nav = parties.by_id("clinic"), parties.by_id("nav")
    assert clinic is not None
    assert (clinic.receipts, clinic.profiles) == ("adapter", ("amo",))
    assert nav is not None
    assert (nav.receipts, nav.organisation_number) == ("system", "889640782")
