"""A configuration is right as a whole, or every mistake in it is told at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapter.config import Problem, check, load
from adapter.errors import ConfigError

Write = Callable[[str], Path]
Mistakes = Callable[[str], list[str]]

ROUTE = """
[[route]]
name = "referrals"
deliver = ["clinic-epj"]
"""


def test_the_shortest_configuration_takes_its_defaults(write: Write, minimal: str) -> None:
    path = write(minimal)

    settings = load(path)

    assert check(path) == []
    assert settings.adapter.workers == 1
    assert settings.receipts.alarm_after == timedelta(hours=96)
    assert settings.retries.attempts == 8
    assert settings.party[0].tolerance == ("*",)
    assert settings.route == ()


def test_relative_paths_count_from_the_folder_of_the_file(write: Write, minimal: str) -> None:
    path = write(minimal + 'archive = "/var/kept"\n')

    settings = load(path)

    assert settings.channel[0].inbox == path.parent / "in"
    assert settings.channel[0].archive == Path("/var/kept")
    assert settings.store.url == f"sqlite:///{path.parent}/var/budstikke.db"
    assert settings.store_file() == path.parent / "var" / "budstikke.db"


def test_settings_cannot_be_changed(write: Write, minimal: str) -> None:
    settings = load(write(minimal))

    with pytest.raises(ValueError, match="frozen"):
        settings.adapter.workers = 2  # type: ignore[misc] # the point of the test


def test_one_party_and_many_are_written_alike(write: Write, minimal: str) -> None:
    settings = load(write(minimal + ROUTE + 'when = { to = "clinic", from = ["clinic"], type = "HENVISNING" }\n'))

    when = settings.route[0].when
    assert (when.to, when.sender, when.type) == (("clinic",), ("clinic",), ("HENVISNING",))


def test_an_editors_byte_order_mark_is_no_mistake(tmp_path: Path, minimal: str) -> None:
    path = tmp_path / "notepad.toml"
    path.write_bytes(b"\xef\xbb\xbf" + minimal.replace("\n", "\r\n").encode())

    assert check(path) == []


def test_every_mistake_is_listed_with_its_place(write: Write, minimal: str) -> None:
    path = write(
        minimal.replace('"test"', '"tset"').replace("channel =", "chanel =").replace('"folder"', '"post"') + ROUTE
    )

    with pytest.raises(ConfigError) as failed:
        load(path)

    assert str(failed.value).splitlines() == [
        f"{path} has 4 mistakes:",
        "  adapter.environment: should be 'test' or 'prod'",
        "  party[0].channel: is missing",
        '  party[0].chanel: unknown key; did you mean "channel"?',
        "  channel[0].type: should be 'folder' or 'mail'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[adapter]", "[adaptr]", 'adaptr: unknown table; did you mean "adapter"?'),
        ("[adapter]", "[adaptr]", "adapter.name: is missing"),
        ("[adapter]", "[[adapter]]", "adapter: should be a table"),
        ("[[party]]", "[party]", "party: should be an array of tables: write [[party]]"),
        ('"Poliklinikk"', "3", "adapter.name: should be text in quotes"),
        ('"Poliklinikk"', '" "', "adapter.name: should not be empty"),
        ('"test"', '"test"\nworkers = "2"', "adapter.workers: should be a whole number, without quotes"),
        ('"test"', '"test"\nworkers = true', "adapter.workers: should be a whole number, without quotes"),
        ('"test"', '"test"\nworkers = 0', "adapter.workers: should be greater than or equal to 1"),
        ('"test"', '"test"\nzzz = 0', "adapter.zzz: unknown key"),
        (
            '"test"',
            '"test"\n[store]\nurl = "postgresql://x"',
            'store.url: should be "sqlite:///" and the path of a file',
        ),
        ('"test"', '"test"\n[store]\nurl = "sqlite:///"', 'store.url: should be "sqlite:///" and the path of a file'),
        ('"test"', '"test"\n[store]\nbusy_timeout = "0s"', "store.busy_timeout: must be longer than nothing"),
        (
            '"test"',
            '"test"\n[store]\nbusy_timeout = "30"',
            (
                'store.busy_timeout: "30" is no duration; '
                'write a whole number and a unit, such as "90s", "5m", "12h", "4d"'
            ),
        ),
        (
            '"test"',
            '"test"\n[store]\nbusy_timeout = 30',
            'store.busy_timeout: should be a duration in quotes, such as "90s", "5m", "12h", "4d"',
        ),
        (
            '"test"',
            '"test"\n[receipts]\nnotice_after = "4d"',
            "receipts: notice_after must be shorter than alarm_after",
        ),
        (
            '"test"',
            '"test"\n[timers]\nassessment = "two weeks"',
            'timers.assessment: "two weeks" is no span; write it like "10 working days", "14 days", "24h" or "5 min"',
        ),
        (
            '"test"',
            '"test"\n[timers]\nassessment = 10',
            'timers.assessment: should be a span in quotes, such as "10 working days", "14 days", "24h"',
        ),
        ('"test"', '"test"\n[timers]\nservice = "0 days"', "timers.service: must be longer than nothing"),
        (
            '"test"',
            '"test"\n[timers]\nnav_reminders = ["1 day", "2 days", "3 days"]',
            "timers.nav_reminders: should name fewer",
        ),
        (
            '"test"',
            '"test"\n[timers]\nassessment_notice = "10 working days"',
            "timers: assessment_notice must be shorter than assessment",
        ),
        (
            '"test"',
            '"test"\n[timers]\nnav_reminders = ["20 days", "14 days"]',
            "timers: nav_reminders must rise, up to nav_limit",
        ),
        (
            '"test"',
            '"test"\n[timers]\nepikrise = "4 days"',
            "timers: epikrise_notice must be shorter than epikrise",
        ),
        (
            '"test"',
            '"test"\n[retries]\nfirst_wait = "2h"',
            "retries: first_wait must not be longer than longest_wait",
        ),
        (
            '"test"',
            '"test"\n[retention]\ncontent = "30d"\ntrouble = "7d"',
            "retention: trouble must not be shorter than content",
        ),
        ('"test"', '"test"\n[retries]\nfactor = "2"', "retries.factor: should be a number, without quotes"),
        ('"test"', '"test"\n[checks]\nstrict = "yes"', "checks.strict: should be true or false, without quotes"),
        (
            '"test"',
            '"test"\n[checks]\nscan_command = "clamdscan -"',
            "checks.scan_command: should be an array, such as [...]",
        ),
        ('"test"', '"test"\n[schemas]\ndirectory = 1', "schemas.directory: should be a path in quotes"),
        ('id = "clinic"', 'id = "The Clinic"', "party[0].id: should be a short name of a-z, 0-9, '.', '_' and '-'"),
        ('["8990101"]', "[8990101]", "party[0].her_ids[0]: should be text in quotes"),
        ('["8990101"]', '["HER 8990101"]', "party[0].her_ids[0]: should be a HER-id: digits only"),
        (
            '["8990101"]',
            '["1"]\nmunicipality = "301"',
            "party[0].municipality: should be the number of a municipality: four digits",
        ),
        (
            '["8990101"]',
            '["1"]\nservice_type = "kx04"',
            "party[0].service_type: should be a kind of service of list 8663, such as KX04",
        ),
        ('["8990101"]', "[]", "party[0].her_ids: should name at least one"),
        ('["8990101"]', '["1", "2", "1"]', "party[0].her_ids: names 1 more than once"),
        (
            '["8990101"]',
            '["1"]\norganisation_number = "889 640 782"',
            "party[0].organisation_number: should be an organisation number: nine digits",
        ),
        ('["8990101"]', '["1"]\nprofiles = ["oma"]', "party[0].profiles[0]: should be 'amo', 'fri' or 'navt'"),
        ('channel = "clinic-epj"', 'channel = "mail"', 'party[0].channel: there is no channel "mail"'),
        (
            'channel = "clinic-epj"',
            'channel = "clinic-ejp"',
            'party[0].channel: there is no channel "clinic-ejp"; did you mean "clinic-epj"?',
        ),
        ('inbox = "in"', 'inbox = "out"', "channel[0].outbox: is the same folder as channel[0].inbox"),
        ('inbox = "in"', 'inbox = "out/in"', "channel[0].outbox: holds channel[0].inbox"),
        ('outbox = "out"', 'outbox = "in/out"', "channel[0].outbox: lies inside channel[0].inbox"),
        ('outbox = "out"', 'outbox = "x/../in"', "channel[0].outbox: is the same folder as channel[0].inbox"),
        ('outbox = "out"', 'outbox = "out"\narchive = "in/kept"', "channel[0].archive: lies inside channel[0].inbox"),
        (
            'outbox = "out"',
            'outbox = "var"',
            "store.url: lies inside channel[0].outbox, where its file would be taken for a message",
        ),
        (
            'outbox = "out"',
            'outbox = "out"\npoll = "at once"',
            'channel[0].poll: a channel is looked into again and again; write "every 10s" or the like',
        ),
        (
            'outbox = "out"',
            'outbox = "out"\nsuffixes = ["xml"]',
            'channel[0].suffixes[0]: should be the end of a file name, such as ".xml"',
        ),
    ],
)
def test_a_mistake_is_told_in_a_sentence(mistakes: Mistakes, minimal: str, old: str, new: str, expected: str) -> None:
    found = mistakes(minimal.replace(old, new))

    assert expected in found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('when = { too = "clinic" }', 'route[0].when.too: unknown key; did you mean "to"?'),
        ('when = { sender = "clinic" }', "route[0].when.sender: unknown key"),
        ('when = "clinic"', "route[0].when: should be a table"),
        ('when = { to = "clinc" }', 'route[0].when.to: there is no party "clinc"; did you mean "clinic"?'),
        ('when = { from = "gp" }', 'route[0].when.from: there is no party "gp"'),
        (
            'when = { type = "henvisning" }',
            "route[0].when.type[0]: should be a message type in capitals, such as HENVISNING",
        ),
        (
            'schedule = "daily"',
            'route[0].schedule: "daily" is no schedule; write "at once", "every 30s" or "cron */5 7-16 * * mon-fri"',
        ),
        (
            'window = "office hours"',
            'route[0].window: "office hours" is no window; write days and hours, such as "mon-fri 07:00-17:00"',
        ),
        (
            'schedule = "cron 0 3 * * *"\nwindow = "07:00-17:00"',
            "route[0]: the schedule never falls inside its window",
        ),
    ],
)
def test_a_mistake_in_a_route_is_told_in_a_sentence(mistakes: Mistakes, minimal: str, line: str, expected: str) -> None:
    assert mistakes(minimal + ROUTE + line) == [expected]


def test_a_route_to_a_channel_that_does_not_exist_is_a_mistake(mistakes: Mistakes, minimal: str) -> None:
    text = minimal + ROUTE.replace('"clinic-epj"', '"clinic-epj", "nav"')

    assert mistakes(text) == ['route[0].deliver[1]: there is no channel "nav"']


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('unknown_service = "deliver"', "receipts: fallback goes with"),
        ('fallback = "clinic"', "receipts: fallback goes with"),
        ('unknown_service = "deliver"\nfallback = "nobody"', 'receipts.fallback: there is no party "nobody"'),
    ],
)
def test_what_is_for_an_unknown_service_goes_to_a_party_that_is_there(
    mistakes: Mistakes, minimal: str, lines: str, expected: str
) -> None:
    (mistake,) = mistakes(f"{minimal}\n[receipts]\n{lines}\n")

    assert mistake.startswith(expected)


def test_nothing_is_named_twice(mistakes: Mistakes, minimal: str) -> None:
    tables = minimal[minimal.index("[[party]]") :]

    assert mistakes(minimal + tables + ROUTE + ROUTE) == [
        'party[1].id: "clinic" is used by party[0].id already',
        'channel[1].id: "clinic-epj" is used by channel[0].id already',
        'route[1].name: "referrals" is used by route[0].name already',
        'party[1].her_ids: "8990101" is used by party[0].her_ids already',
        "channel[1].inbox: is the same folder as channel[0].inbox",
        "channel[1].outbox: is the same folder as channel[0].outbox",
    ]


def test_a_channel_that_nobody_uses_is_a_mistake(mistakes: Mistakes, minimal: str) -> None:
    extra = '[[channel]]\nid = "nav"\ntype = "folder"\ninbox = "a"\noutbox = "b"\n'

    assert mistakes(minimal + extra) == ['channel[1].id: no party and no route uses "nav"']


def test_a_tolerance_names_known_shapes(mistakes: Mistakes, minimal: str) -> None:
    shapes = '["8990101"]\ntolerance = ["*", "short-date", "short-dates"]'

    (mistake,) = mistakes(minimal.replace('["8990101"]', shapes))

    assert mistake.startswith('party[0].tolerance: there is no shape "short-dates"; the known ones are ack-after-')


def test_a_wrong_reference_is_one_mistake(mistakes: Mistakes, minimal: str) -> None:
    """The channel that was meant is not called idle on top."""
    assert mistakes(minimal.replace('channel = "clinic-epj"', 'channel = "mail"')) == [
        'party[0].channel: there is no channel "mail"'
    ]


def test_a_reference_to_a_table_with_another_mistake_is_none(mistakes: Mistakes, minimal: str) -> None:
    assert mistakes(minimal.replace('"folder"', '"post"')) == ["channel[0].type: should be 'folder' or 'mail'"]
    assert mistakes(minimal.replace('["8990101"]', "[]")) == ["party[0].her_ids: should name at least one"]


def test_a_configuration_without_parties_carries_nothing(mistakes: Mistakes) -> None:
    text = '[adapter]\nname = "a"\nenvironment = "prod"\n'

    assert mistakes(text) == ["party: there should be at least one [[party]]"]


def test_an_empty_file_names_what_is_missing(mistakes: Mistakes) -> None:
    assert mistakes("") == [
        "adapter.name: is missing",
        "adapter.environment: is missing",
        "party: there should be at least one [[party]]",
    ]


def test_tables_of_the_wrong_kind_stop_no_other_check(mistakes: Mistakes) -> None:
    assert mistakes('adapter = 1\nparty = [1, { id = 2 }]\nchannel = "x"\n') == [
        "adapter: should be a table",
        "party[0]: should be a table",
        "party[1].id: should be text in quotes",
        "party[1].role: is missing",
        "party[1].name: is missing",
        "party[1].her_ids: is missing",
        "party[1].channel: is missing",
        "channel: should be an array of tables: write [[channel]]",
    ]


def test_what_is_no_toml_is_told_with_its_line(mistakes: Mistakes) -> None:
    (mistake,) = mistakes("[adapter]\nname = Poliklinikk\n")

    assert mistake.startswith("budstikke.toml: is no TOML: Invalid value (at line 2")


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_bytes("[adapter]\nname = 'Fødestua'\n".encode("iso-8859-1"))

    assert check(path) == [Problem("line 2", "is not UTF-8; save the file with that encoding")]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has 1 mistake:\n  none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml")
