"""The same value always becomes the same other one, of the same form."""

from __future__ import annotations

import re

import pytest

from adapter.message.identity import Sex, is_organisation_number
from adapter.replay.anonymise import names
from adapter.replay.anonymise.key import Key
from adapter.replay.anonymise.pseudonyms import UUID, Pseudonyms

KEY = Key(b"a key for tests, known to everybody")


@pytest.fixture
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(KEY)


def test_a_whole_name_is_made_of_the_same_parts_whichever_way_it_is_written(pseudonyms: Pseudonyms) -> None:
    given, family = pseudonyms.given("Vakker"), pseudonyms.family("Blomst")

    assert pseudonyms.person("Blomst, Vakker") == f"{family}, {given}"
    assert pseudonyms.person("Vakker Blomst ") == f"{given} {family} "
    assert pseudonyms.person("Blomst") == family


def test_capitals_stay_capitals(pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.family("BLOMST") == pseudonyms.family("Blomst").upper()


def test_hyphens_and_digits_of_names_do_not_tell(pseudonyms: Pseudonyms) -> None:
    assert re.fullmatch(r"\w+-\w+ [02-9]", pseudonyms.family("Ola-Per 1"))


def test_what_only_says_which_kind_an_organisation_is_stays(pseudonyms: Pseudonyms) -> None:
    name = pseudonyms.organisation("Bakken legesenter AS")

    assert name.endswith(" legesenter AS")
    assert name.split()[0] in names.ORGANISATIONS


def test_a_name_that_the_set_holds_is_not_given_out() -> None:
    first = Pseudonyms(KEY).family("Blomst")

    assert Pseudonyms(KEY, seen={first.lower()}).family("Blomst") != first


def test_a_name_is_given_all_the_same_where_the_set_holds_all_of_them() -> None:
    seen = {name.lower() for name in names.WOMEN}

    assert Pseudonyms(KEY, seen=seen, sexes={"kari": Sex.FEMALE}).given("Kari") in names.WOMEN


@pytest.mark.parametrize("number", ["8990101", "889640782", "565501872", "12", "123456789012", "007"])
def test_a_number_becomes_one_of_the_same_length_and_kind(number: str) -> None:
    new = Pseudonyms(KEY, kept=()).number(number)

    assert new != number
    assert len(new) == len(number)
    assert (new[0] == "0") == (number[0] == "0")
    assert is_organisation_number(new) == is_organisation_number(number)


def test_a_number_is_grouped_as_it_was(pseudonyms: Pseudonyms) -> None:
    assert re.fullmatch(r"\d{6} \d{5}", pseudonyms.number("148384 00052"))
    assert pseudonyms.number("148384 00052").replace(" ", "") == pseudonyms.number("14838400052")


@pytest.mark.parametrize("number", ["00000000000", "0"])
def test_zeros_stay(pseudonyms: Pseudonyms, number: str) -> None:
    assert pseudonyms.number(number) == number


def test_different_numbers_become_different_ones(pseudonyms: Pseudonyms) -> None:
    numbers = [str(number) for number in range(100, 400)]

    assert len({pseudonyms.number(number) for number in numbers}) == len(numbers)


def test_an_id_keeps_its_form_and_its_capitals_do_not_count(pseudonyms: Pseudonyms) -> None:
    old = "0b9f2f0e-6b0a-4a5c-9d51-8f1f4f1d0b5e"

    assert UUID.fullmatch(pseudonyms.id(old))
    assert pseudonyms.id(old.upper()) == pseudonyms.id(old).upper()
    assert re.fullmatch(r"[a-z]{3}-[1-9]{2}\.[A-Z]", pseudonyms.id("abc-12.X"))
    assert pseudonyms.id("12345") == pseudonyms.number("12345")


def test_a_mail_address_is_of_nobody(pseudonyms: Pseudonyms) -> None:
    assert re.fullmatch(r"[a-z]{3}@eksempel\.example", pseudonyms.mail("ola@legesenter.invalid"))


def test_a_text_without_letters_and_digits_says_nothing(pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.scrambled("-/.") == "-/."
    assert pseudonyms.scrambled("Ola", letters=False) == "Ola"


def test_days_of_birth_stay_in_their_year_and_years_move(pseudonyms: Pseudonyms) -> None:
    assert (pseudonyms.birth("1984-03-14") or "")[:5] == "1984-"
    assert pseudonyms.birth("ukjent") is None
    assert 2007 <= int(pseudonyms.year("2010")) <= 2009
