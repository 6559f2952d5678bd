"""A fixture is judged like the message it was made of, and says so where it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter import resources
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.errors import ConfigError
from adapter.replay.anonymise import Anonymiser, Key, Protocol
from adapter.replay.anonymise.fixture import Fixture, fixtures_of, write
from adapter.replay.anonymise.rehearsal import differences
from adapter.replay.anonymise.report import lines

KEY = Key(b"a key for tests, known to everybody")
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
EMPTY = "it holds no XML; only messages in XML can be anonymised"
MESSAGES = resources.fixtures() / "messages"


def one(name: str) -> bytes:
    return (MESSAGES / name).read_bytes()


def made_of(data: bytes, checker: Checker) -> Fixture:
    return fixtures_of([data], Anonymiser([data], KEY), checker, now=NOW)[0]


def test_all_messages_but_the_empty_file_are_judged_like_their_originals(anonymised: Any) -> None:
    found = {
        name: fixture.differences or fixture.refused
        for name, fixture in zip(anonymised.names, anonymised.fixtures, strict=True)
    }

    assert {name: told for name, told in found.items() if told} == {"tom-fil.xml": EMPTY}


def test_every_fixture_is_judged_in_the_test_environment_too(anonymised: Any, checker: Checker) -> None:
    """Nobody in a fixture can be a living person."""
    rules = {
        finding.rule
        for fixture in anonymised.fixtures
        if fixture.data
        for finding in checker.check(fixture.data, Policy(), now=NOW).findings
    }

    assert "MSG-15" not in rules
    assert "MSG-02" in rules


def test_a_real_number_is_judged_like_the_one_that_takes_its_place(checker: Checker) -> None:
    data = one("henvisning-1.1-komplett.xml").replace(b"14838400052", b"13116" + b"900" + b"216")

    fixture = made_of(data, checker)

    assert fixture.differences == ()
    assert {found.rule for found in checker.check(data, Policy(), now=NOW).findings} == {"MSG-15"}
    assert "MSG-15" not in {found.rule for found in checker.check(fixture.data, Policy(), now=NOW).findings}


def test_what_is_judged_differently_is_told_without_values(checker: Checker) -> None:
    old = one("henvisning-1.1-komplett.xml")
    new = one("henvisning-1.1-uten-sykmeldingsstatus.xml")

    found = differences(old, new, checker=checker, now=NOW, offset=Anonymiser([old], KEY).offset)

    assert "inbound: AMO-04 (/Message/ServReq/Patient/InfItem) is new" in found
    assert not any("Blomst" in sentence for sentence in found)


def test_another_verdict_and_another_answer_of_nav_are_told(checker: Checker) -> None:
    old = one("dialogmelding-1.0-nav-behov-for-tiltak.xml")
    new = old.replace(b"14838400052", b"1483840005")

    found = differences(old, new, checker=checker, now=NOW, offset=Anonymiser([old], KEY).offset)

    assert "NAV's own answer is another one" in found
    assert any(": the verdict is " in sentence for sentence in found)


def test_a_fixture_that_differs_is_marked_in_its_name_and_the_report(checker: Checker) -> None:
    class Wrong(Anonymiser):
        def anonymise(self, data: bytes, protocol: Protocol) -> bytes:
            return super().anonymise(data, protocol).replace(b"<ReasonAsText>", b"<Wrong/><ReasonAsText>", 1)

    data = one("henvisning-1.1-komplett.xml")
    (fixture,) = fixtures_of([data], Wrong([data], KEY), checker, now=NOW)

    assert fixture.name == "001-henvisning-1.1.differs.xml"
    assert not fixture.is_good
    assert any(
        line.startswith("- 001-henvisning-1.1.differs.xml: inbound: the verdict is") for line in lines([fixture])
    )


def test_a_number_that_is_left_over_is_told(checker: Checker) -> None:
    class Forgetful(Anonymiser):
        def anonymise(self, data: bytes, protocol: Protocol) -> bytes:
            return super().anonymise(data, protocol).replace(b"</ServReq>", b"</ServReq> 13116" + b"900" + b"216 ")

    data = one("henvisning-1.1-komplett.xml")
    (fixture,) = fixtures_of([data], Forgetful([data], KEY), checker, now=NOW)

    assert fixture.differences[-1] == "a number is left that a living person can have"


def test_bytes_that_are_no_xml_are_refused(checker: Checker) -> None:
    fixture = made_of(b"MIME-Version: 1.0\r\n\r\nKari", checker)

    assert (fixture.name, fixture.data, fixture.refused) == ("", b"", EMPTY)
    assert f"- message 1: {EMPTY}." in lines([fixture])


def test_the_name_of_a_wreck_says_what_can_be_known(checker: Checker) -> None:
    assert made_of(b"<Kari", checker).name == "001-unknown.xml"


def test_a_person_is_asked_to_read_what_a_machine_cannot_vouch_for(checker: Checker) -> None:
    protocol = made_of(
        b"<Ukjent xmlns='urn:x:1'><Base64Container>UEsDBEthcmk=</Base64Container></Ukjent>", checker
    ).protocol

    assert set(protocol.to_read) == {
        "a namespace that no standard here knows; it was replaced",
        "an attachment of the type ZIP; only its first bytes are left",
        "an element that no standard here knows; its name stays, its texts were replaced",
    }


def test_the_report_counts_and_never_quotes(anonymised: Any, tmp_path: Path) -> None:
    fixtures = anonymised.fixtures
    write(fixtures, tmp_path / "ny" / "mappe", "\n".join(lines(fixtures)))

    report = (tmp_path / "ny" / "mappe" / "report.md").read_text(encoding="utf-8")

    written = {path.name for path in (tmp_path / "ny" / "mappe").glob("*.xml")}
    assert written == {fixture.name for fixture in fixtures if fixture.name}
    assert "× names of people" in report
    assert "Blomst" not in report
    assert "14838400052" not in report


def test_a_report_of_nothing_says_so() -> None:
    fixture = Fixture(name="001-other.xml", data=b"", verdict="accept", protocol=Protocol())

    assert "Nothing." in list(lines([fixture]))


@pytest.mark.parametrize("secret", [b"", b"short", b"   \n"])
def test_a_key_that_can_be_guessed_is_refused(secret: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(secret)

    with pytest.raises(ConfigError, match="fewer than 16 bytes"):
        Key.load(tmp_path / "key")


def test_a_key_never_shows_itself() -> None:
    assert "known" not in repr(KEY)
