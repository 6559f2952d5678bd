"""Profiles are data: they are read once, and every mistake in a file is named with its place and its remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.check.finding import Severity
from adapter.check.profile import Profile, every
from adapter.errors import ConfigError

Read = Callable[[str], Profile]

_HEAD = 'title = "Prøve"\nabout = "What is tried."\napplies = "Always."\n'
_RULE = '[[rule]]\nid = "TRY-01"\ntitle = "Tried"\ntext = "Not tried."\ninbound = "warn"\n'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return the profile of a text."""

    def run(text: str) -> Profile:
        path = tmp_path / "try.toml"
        path.write_text(text, encoding="utf-8")
        return Profile.read(path)

    return run


def test_a_profile_is_read_once() -> None:
    assert Profile.load("amo") is Profile.load("amo")


def test_every_profile_of_the_project_is_whole() -> None:
    profiles = every()

    assert "amo" in {profile.name for profile in profiles}
    assert all(profile.rules and profile.about and profile.applies for profile in profiles)


def test_a_rule_has_its_texts_and_severities(read: Read) -> None:
    rule = read(_HEAD + _RULE + 'partner = "Ikke {hva}."\napprec = "X99"').rule("TRY-01")

    assert (rule.inbound, rule.outbound) == (Severity.WARN, None)
    assert rule.partner == "Ikke {hva}."
    assert rule.apprec is not None
    assert rule.apprec.name == "Annen feil"


def test_a_rule_can_have_rows_for_special_cases(read: Read) -> None:
    profile = read(_HEAD + _RULE + _RULE.replace("Not tried.", "Hardly tried.") + 'variant = "hardly"')

    assert profile.rule("TRY-01").text == "Not tried."
    assert profile.rule("TRY-01", "hardly").text == "Hardly tried."


def test_words_are_patterns_and_lists_of_words_begin_at_words(read: Read) -> None:
    table = "[words.a]\nabout = 'x'\npattern = 'søv?n'\n[words.b]\nabout = 'x'\npattern = ['snus', 'røyk']"
    words = read(_HEAD + table).words

    assert words["a"].search("usøvn")
    assert words["b"].search("røykeslutt")
    assert not words["b"].search("forsnusing")


def test_headings_codes_and_limits_are_read(read: Read) -> None:
    profile = read(
        _HEAD
        + '[headings]\nwork = ["arbeid"]\n'
        + "[codes.some]\nabout = 'x'\nlist = 9060\ncodes = ['LE', 'KI']\n"
        + "[limits.weeks]\nabout = 'x'\nvalue = 12\n"
    )

    assert profile.headings["work"] == ("arbeid",)
    assert profile.codes["some"] == {"LE", "KI"}
    assert profile.limits["weeks"] == 12


def test_what_code_asks_for_and_a_file_lacks_is_named(read: Read) -> None:
    profile = read(_HEAD)

    with pytest.raises(ConfigError, match=r"lacks the rule TRY-09 \(late\)") as failure:
        profile.rule("TRY-09", "late")
    assert "try.toml" in failure.value.advice
    with pytest.raises(ConfigError, match=r"try\.toml lacks words\.marking"):
        _ = profile.words["marking"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("title = 'x'", "the profile: `about` is missing or empty; write a text."),
        (_HEAD + "titel = 'x'", "the profile: `titel` is not known; write one of about, applies"),
        (_HEAD + "rule = 1", "`rule` must be a list of tables; write [[rule]]."),
        (_HEAD + "words = 1", "`words` must be a table; write [words]."),
        (_HEAD + "words.a = 1", "words.a must be a table; write [words.a]."),
        (_HEAD + "[[rule]]\nid = 'TRY-01'\ntext = 'x'", "rule TRY-01: `title` is missing or empty; write a text."),
        (_HEAD + _RULE.replace("TRY-01", "try one"), "rule try one: `id` is not like AMO-04."),
        (_HEAD + _RULE.replace("warn", "loud"), "rule TRY-01: `inbound` is 'loud'; write one of reject, block, hold"),
        (_HEAD + _RULE + "apprec = 'X1'", "rule TRY-01: `apprec` is 'X1'; write a code of list 8221, such as X99."),
        (_HEAD + _RULE + "loud = true", "rule TRY-01: `loud` is not known; write one of apprec"),
        (_HEAD + _RULE + _RULE, "rule TRY-01: stands twice; give one of them another `variant`."),
        (_HEAD + _RULE + "partner = 'a {b'", "rule TRY-01: `partner`: expected '}' before end of string"),
        (_HEAD + _RULE + "variant = 'a'\npartner = ''", "rule TRY-01 (a): `partner` is missing or empty"),
        (_HEAD + "[words.a]\nabout = 'x'\npattern = '('", "words.a: `pattern` is no regular expression: missing )"),
        (
            _HEAD + "[words.a]\nabout = 'x'\npattern = []",
            "words.a: `pattern` must be a list of texts with at least one",
        ),
        (_HEAD + "[words.a]\npattern = 'a'", "words.a: `about` is missing or empty"),
        (_HEAD + "[words.a]\nabout = 'x'\npattern = 'NAV'", "words.a: has capitals"),
        (_HEAD + "[codes.a]\nabout = 'x'\ncodes = ['1']", "codes.a: `list` is missing; write the number of a list"),
        (_HEAD + "[codes.a]\nabout = 'x'\nlist = 1\ncodes = [1]", "codes.a: `codes` must be a list of texts"),
        (_HEAD + "[limits.a]\nabout = 'x'\nvalue = 'many'", "limits.a: `value` is missing; write a whole number."),
        (
            _HEAD + "[questions.default]\nsubject = 'x'\nending = 'y'",
            "questions.default: `opening` is missing or empty",
        ),
        (_HEAD + "[headings]\na = 'x'", "headings: `a` must be a list of texts"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(read: Read, text: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as failure:
        read(text)

    assert mistake in str(failure.value)
    assert "try.toml" in str(failure.value)
    assert failure.value.advice


def test_all_mistakes_of_a_file_are_told_at_once(read: Read) -> None:
    with pytest.raises(ConfigError) as failure:
        read(_HEAD + _RULE.replace("warn", "loud") + "[headings]\na = 'x'")

    assert "`inbound`" in str(failure.value)
    assert "headings" in str(failure.value)


def test_capitals_count_where_the_file_says_so(read: Read) -> None:
    words = read(_HEAD + r"[words.a]" + "\nabout = 'x'\npattern = '\\bHIA\\b'\ncapitals = true").words

    assert words["a"].search("til HIA")
    assert not words["a"].search("til hia")


def test_a_file_that_is_no_toml_or_not_there_is_named(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"try\.toml is no valid TOML"):
        read("title =")
    with pytest.raises(ConfigError, match=r"gone\.toml cannot be read: No such file"):
        Profile.read(tmp_path / "gone.toml")
