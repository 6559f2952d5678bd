"""Mail channels: what their tables may say, what they need beside them, and that it arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from adapter.config import build, check, load, show
from adapter.config.move import moved
from adapter.flow.schedule import Schedule

Write = Callable[[str], Path]
Mistakes = Callable[[str], list[str]]

MAIL = """
[trust]
own = "own"
roots = "roots"

[[party]]
id = "nav"
role = "nav"
name = "NAV"
her_ids = ["79768"]
channel = "edi"
address = "nav@edi.example"
packing = ["mime", "gzip"]

[[channel]]
id = "edi"
type = "mail"
address = "klinikk@edi.example"
inbox = "imaps://mail.example"
outbox = "smtp://mail.example:2525"
user = "klinikk"
"""

CHANGED = """
password_file = "secret/password"
ca_file = "/etc/mail-ca.pem"
certificate_file = "client.pem"
folder = "Inn"
aside = "Til side"
patience = "5s"
poll = "every 2m"
largest_mail = 20_000_000
largest_payload = 10_000_000
retries = 2
retry_interval = "1h"
time_to_live = "3d"
signs_messages = true
"""


def test_what_a_mail_channel_says_arrives(write: Write, minimal: str) -> None:
    settings = load(write(minimal + MAIL + CHANGED))

    channels = build.mail_channels(settings)

    assert list(channels) == ["edi"]
    edi = channels["edi"]
    assert (edi.id, edi.terms.address) == ("edi", "klinikk@edi.example")
    assert (edi.terms.largest_mail, edi.terms.largest_payload) == (20_000_000, 10_000_000)
    assert (edi.terms.retries, edi.terms.retry_interval) == (2, timedelta(hours=1))
    assert edi.terms.time_to_live == timedelta(days=3)
    assert edi.terms.signs_messages
    assert (str(edi._inbox), str(edi._outbox)) == ("mail.example:993", "mail.example:2525")
    assert (edi._folder, edi._aside, edi._patience) == ("Inn", "Til side", 5.0)
    assert edi._account.password_file == settings.mailboxes()[0].password_file
    assert edi._account.certificate_file is not None
    assert list(build.channels(settings)) == ["clinic-epj"]
    assert build.polls(settings)["edi"] == Schedule.parse("every 2m")


def test_the_shortest_mail_channel_takes_its_defaults(write: Write, minimal: str) -> None:
    edi = build.mail_channels(load(write(minimal + MAIL)))["edi"]

    assert (edi.terms.largest_mail, edi.terms.largest_payload) == (51_200_000, 35_000_000)
    assert (edi.terms.retries, edi.terms.retry_interval) == (5, timedelta(hours=12))
    assert edi.terms.time_to_live is None
    assert not edi.terms.signs_messages
    assert edi._account.password_file is None


def test_no_mail_channel_is_none(write: Write, minimal: str) -> None:
    assert build.mail_channels(load(write(minimal))) == {}


def test_a_party_has_its_address_and_its_packing(write: Write, minimal: str) -> None:
    parties = build.register(load(write(minimal + MAIL)))

    nav, clinic = parties.by_id("nav"), parties.by_id("clinic")
    assert nav is not None
    assert (nav.address, nav.packing) == ("nav@edi.example", ("mime", "gzip"))
    assert clinic is not None
    assert (clinic.address, clinic.packing) == (None, ())


def test_what_is_shown_reads_as_the_same_settings(write: Write, minimal: str) -> None:
    settings = load(write(minimal + MAIL + CHANGED))

    assert load(write(show(settings))) == settings


def test_on_folders_of_its_own_no_mail_goes(write: Write, minimal: str, tmp_path: Path) -> None:
    settings = moved(load(write(minimal + MAIL)), tmp_path / "elsewhere")

    assert settings.mailboxes() == ()
    assert [channel.id for channel in settings.folders()] == ["clinic-epj", "edi"]
    assert settings.folders()[1].outbox == tmp_path / "elsewhere" / "edi" / "outbox"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('own = "own"', "", "trust.own: is missing: channel[1] goes by mail, which is signed and encrypted"),
        (
            'roots = "roots"',
            "",
            (
                "trust.roots: is missing: without it, and without a folder of [partners], everything that comes by "
                "channel[1] is held"
            ),
        ),
        (
            'address = "nav@edi.example"',
            "",
            "party[1].address: is missing: channel[1] goes by mail, and [partners] names no folder to find it in",
        ),
        ("nav@edi.example", "nav at edi.example", "party[1].address: should be a mail address"),
        ("nav@edi.example", "nav@edi.example>\\r\\nX: y", "party[1].address: should be a mail address"),
        ('["mime", "gzip"]', '["zip"]', "party[1].packing[0]: should be 'gzip' or 'mime'"),
        ('["mime", "gzip"]', '["gzip", "gzip"]', "party[1].packing: names gzip more than once"),
        ('address = "klinikk@edi.example"\n', "", "channel[1].address: is missing"),
        (
            "imaps://mail.example",
            "http://mail.example",
            (
                'channel[1].inbox: should be "imaps://" and a server, such as "imaps://mail.example:993";'
                " also imap, pop3s, pop3"
            ),
        ),
        (
            "smtp://mail.example:2525",
            "imaps://mail.example",
            'channel[1].outbox: should be "smtps://" and a server, such as "smtps://mail.example:465"; also smtp',
        ),
        (
            "imaps://mail.example",
            "imaps://klinikk:x@mail.example",
            "channel[1].inbox: should not hold a user: that, and the password's file, have keys of their own",
        ),
        ('user = "klinikk"', 'password_file = "x"', "channel[1]: password_file goes with user"),
        ('user = "klinikk"', "largest_mail = 30_000", "channel[1]: largest_payload must be smaller than largest_mail"),
        (
            'user = "klinikk"',
            'folder = "Bl\\u00e5"',
            "channel[1].folder: should be a folder's name as IMAP writes it, in ASCII",
        ),
        ('user = "klinikk"', 'patience = "0s"', "channel[1].patience: must be longer than nothing"),
        ('user = "klinikk"', 'quiet = "1s"', "channel[1].quiet: unknown key"),
        ('type = "mail"', "type = 3", "channel[1].type: should be 'folder' or 'mail'"),
        ('type = "mail"\n', "", "channel[1].type: is missing"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(mistakes: Mistakes, minimal: str, old: str, new: str, expected: str) -> None:
    text = minimal + MAIL
    assert old in text

    assert expected in mistakes(text.replace(old, new))


def test_an_address_may_be_in_the_folder_of_partners(write: Write, minimal: str) -> None:
    text = minimal + MAIL.replace('address = "nav@edi.example"\n', "") + '\n[partners]\nfolder = "partners"\n'

    assert check(write(text)) == []


def test_two_channels_do_not_empty_one_mailbox(mistakes: Mistakes, minimal: str) -> None:
    table = MAIL[MAIL.index("[[channel]]") :]
    twice = minimal + MAIL + table.replace('"edi"', '"edi2"') + '[[route]]\nname = "x"\ndeliver = ["edi2"]\n'

    (mistake,) = mistakes(twice)
    assert mistake.startswith("channel[2].inbox: ")
    assert mistake.endswith("is used by channel[1].inbox already")
    assert mistakes(twice.replace('user = "klinikk"\n[[route]]', 'user = "other"\n[[route]]')) == []
