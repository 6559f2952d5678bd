from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.simulate.mail.faults import (
    DATA,
    KEYS,
    LOGIN,
    RCPT,
    Fault,
    Faults,
    FaultsUnreadable,
    Protocol,
    What,
    load_faults,
)

SMTP, IMAP, POP3 = Protocol.SMTP, Protocol.IMAP, Protocol.POP3


def _loaded(folder: Path, text: str) -> Faults:
    path = folder / "faults.toml"
    path.write_text(text, "utf-8")
    return load_faults(path, ["klinikk", "nav"])


def _told(faults: Faults, protocol: Protocol = SMTP, account: str = "nav", command: str = DATA) -> list[What]:
    return [fault.what for fault in faults.at(protocol, account, command)]


def test_nothing_goes_wrong_that_is_not_said() -> None:
    assert _told(Faults()) == []


def test_a_fault_happens_at_its_places_and_counts_what_fits_alone() -> None:
    faults = Faults([Fault(what=What.LOSE, account="nav", nth=(2, 4))])
    _told(faults, account="klinikk")
    _told(faults, command=RCPT)

    assert [_told(faults) for _ in range(5)] == [[], [What.LOSE], [], [What.LOSE], []]


def test_several_faults_may_happen_at_once() -> None:
    faults = Faults([Fault(what=What.MANGLE), Fault(what=What.TWICE), Fault(what=What.LOSE, account="klinikk")])

    assert _told(faults) == [What.MANGLE, What.TWICE]


@pytest.mark.parametrize(
    ("fault", "places"),
    [
        (Fault(what=What.REFUSE), {(SMTP, DATA)}),
        (Fault(what=What.REFUSE, command=RCPT), {(SMTP, RCPT)}),
        (Fault(what=What.LOGIN), {(SMTP, LOGIN), (IMAP, LOGIN), (POP3, LOGIN)}),
        (Fault(what=What.LOGIN, protocol=POP3), {(POP3, LOGIN)}),
        (Fault(what=What.SLOW), {(SMTP, DATA), (SMTP, RCPT), (IMAP, "NOOP"), (POP3, "NOOP")}),
        (Fault(what=What.BYE), {(IMAP, "NOOP")}),
        (Fault(what=What.CUT, command="NOOP"), {(IMAP, "NOOP"), (POP3, "NOOP")}),
    ],
)
def test_a_fault_happens_where_it_can(fault: Fault, places: set[tuple[Protocol, str]]) -> None:
    everywhere = [
        (SMTP, DATA),
        (SMTP, RCPT),
        *((protocol, LOGIN) for protocol in Protocol),
        (IMAP, "NOOP"),
        (POP3, "NOOP"),
    ]

    assert {place for place in everywhere if _told(Faults([fault]), place[0], command=place[1])} == places


def test_chance_is_as_likely_as_it_says_and_the_same_each_time() -> None:
    fault = Fault(what=What.LOSE, probability=0.25)
    runs = [[bool(_told(faults)) for _ in range(400)] for faults in (Faults([fault], seed=7), Faults([fault], seed=7))]

    assert runs[0] == runs[1]
    assert 60 < Counter(runs[0])[True] < 140
    assert runs[0] != [bool(_told(faults)) for faults in [Faults([fault], seed=8)] for _ in range(400)]


def test_chance_does_not_change_with_the_faults_that_follow() -> None:
    fault = Fault(what=What.LOSE, probability=0.5)
    alone, followed = Faults([fault]), Faults([fault, Fault(what=What.TWICE, probability=0.5)])

    assert [What.LOSE in _told(alone) for _ in range(50)] == [What.LOSE in _told(followed) for _ in range(50)]


@given(
    st.binary(max_size=30),
    st.binary(max_size=30).filter(lambda body: any(chr(byte).isalnum() for byte in body if byte < 128)),
)
def test_one_byte_of_the_body_becomes_another(header: bytes, body: bytes) -> None:
    head = header.replace(b"\r\n\r\n", b"") + b"\r\n\r\n"
    mangled = Faults().mangled(head + body)

    assert mangled.startswith(head)
    assert sum(one != other for one, other in zip(mangled, head + body, strict=True)) == 1


@pytest.mark.parametrize("mail", [b"", b"Subject: x\r\n\r\n", b"no empty line", b"a: b\r\n\r\n--\r\n"])
def test_a_mail_without_a_letter_in_its_body_stays(mail: bytes) -> None:
    assert Faults().mangled(mail) == mail


def test_faults_are_read(tmp_path: Path) -> None:
    faults = _loaded(
        tmp_path,
        """
        seed = 3
        [[fault]]
        what = "refuse"
        account = "nav"
        command = "rcpt"
        nth = 2
        code = 450
        text = "Come again"
        [[fault]]
        what = "delay"
        wait = "5m"
        probability = 1
        """,
    )
    faults.at(SMTP, "nav", RCPT)
    (refusal,) = faults.at(SMTP, "nav", RCPT)
    (delay,) = faults.at(SMTP, "nav", DATA)

    assert (refusal.code, refusal.text, delay.wait.total_seconds()) == (450, "Come again", 300)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('what = "explode"', "fault 1.what: must be one of: refuse, lose"),
        ("", "fault 1.what: is required"),
        ('what = "lose"\naccount = "nobody"', "fault 1.account: must be one of: klinikk, nav"),
        ('what = "lose"\nprotocol = "imap"', "fault 1.protocol: lose does not happen in imap"),
        ('what = "lose"\ncommand = "RCPT"', "fault 1.command: lose does not happen there"),
        ('what = "login"\ncommand = "DATA"', "fault 1.command: login does not happen there"),
        ('what = "lose"\ncode = 451', 'fault 1.code: belongs to what = "refuse" only'),
        ('what = "lose"\ntext = "no"', 'fault 1.text: belongs to what = "refuse" only'),
        ('what = "refuse"\ncode = 250', "fault 1.code: must be a whole number from 400 to 599"),
        ('what = "lose"\nnth = [0]', "fault 1.nth: must be a whole number from 1"),
        ('what = "lose"\nnth = true', "fault 1.nth: must be a whole number from 1"),
        ('what = "lose"\nprobability = 2', "fault 1.probability: must be a number from 0 to 1"),
        ('what = "slow"\nwait = "soon"', 'fault 1.wait: "soon" is no duration'),
        ('what = "lose"\nodds = 1', "fault 1.odds: is no key here"),
    ],
)
def test_mistakes_are_told_by_their_keys(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FaultsUnreadable) as error:
        _loaded(tmp_path, f"[[fault]]\n{text}")

    assert told in str(error.value)


@pytest.mark.parametrize(("text", "told"), [("seed = -1", "seed: must be"), ("[", "no valid TOML")])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FaultsUnreadable, match=told):
        _loaded(tmp_path, text)


def test_the_page_tells_of_each_fault_and_key_and_its_example_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "simulate.md").read_text("utf-8").partition("### Faults")[2]
    example = page.partition("```toml")[2].partition("```")[0]

    assert [word for word in (*What, *KEYS) if f"`{word}`" not in page and word != "what"] == []
    assert _told(_loaded(tmp_path, example), account="klinikk") == [What.CUT_UNANSWERED]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultsUnreadable, match="cannot be read"):
        load_faults(tmp_path / "none.toml", [])
