"""Who and what is called what in a set: the same value always becomes the same other one, so that threads survive."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice

from adapter.message.identity import Sex, is_organisation_number
from adapter.replay.anonymise import dates, identity_numbers, names
from adapter.replay.anonymise.key import Key

#: What NAV publishes of itself: HER-ids, in production and in its test environments, and organisation number.
NAV = frozenset({"79768", "90128", "8142519", "8142520", "889640782"})

UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d")
_ORGANISATION_LENGTH = 9
#: After so many tries a value is taken although it stands somewhere in the set: short numbers run out.
_TRIES = 300


class Pseudonyms:
    """The pseudonyms of one set."""

    def __init__(
        self,
        key: Key,
        *,
        known: Mapping[str, str] | None = None,
        kept: Collection[str] = NAV,
        seen: Collection[str] = (),
        sexes: Mapping[str, Sex] | None = None,
    ) -> None:
        """Take the key and what is known of the set.

        Args:
            key: decides what everything becomes.
            known: numbers that the operator maps, such as HER-ids of a test register.
            kept: numbers that stay.
            seen: words and numbers of the originals, in small letters: none of them is given out.
            sexes: whether a given name, in small letters, belongs to women or men.
        """
        self._key = key
        self._known = dict(known or {})
        self._kept = frozenset(kept)
        self._seen = seen
        self._sexes = sexes or {}
        self._given: dict[tuple[str, str], str] = {}
        self._taken = {*self._known.values(), *self._kept}
        self.offset = dates.offset(key)

    # --- Names ----------------------------------------------------------------------------------------------------

    def person(self, name: str) -> str:
        """Return another name for a whole one: "Etternavn, Fornavn" or "Fornavn Etternavn"."""
        family, comma, given = name.partition(",")
        if comma:
            return f"{self.family(family)},{self.given(given)}"
        given, blank, family = name.rstrip().rpartition(" ")
        return f"{self.given(given)}{blank}{self.family(family)}" + name[len(name.rstrip()) :]

    def given(self, name: str) -> str:
        """Return other given names."""
        return self._renamed(name, "given", self._given_names)

    def family(self, name: str) -> str:
        """Return other family names."""
        return self._renamed(name, "family", lambda _: names.FAMILIES)

    def organisation(self, name: str, stays: Callable[[str], bool] = lambda _: False) -> str:
        """Return another name for an organisation; what only says of which kind it is, stays."""

        def choice(word: str) -> tuple[str, ...]:
            return () if word.lower() in names.ORGANISATION_WORDS or stays(word) else names.ORGANISATIONS

        return self._renamed(name, "organisation", choice)

    def street(self, address: str) -> str:
        """Return another street, and another number in it."""
        return self._renamed(address, "street", lambda _: names.STREETS)

    def place(self, name: str) -> str:
        """Return another place."""
        return self._renamed(name, "place", lambda _: names.PLACES)

    def mail(self, address: str) -> str:
        """Return another mail address."""
        new = self.scrambled(address.partition("@")[0] or address)
        return f"{new}@eksempel.example"

    def _renamed(self, text: str, kind: str, choice: Callable[[str], tuple[str, ...]]) -> str:
        """Replace each word by one of those that there are for it, if there are any, and every digit."""

        def other(word: re.Match[str]) -> str:
            names_of_kind = choice(word[0])
            return self._name(word[0], kind, names_of_kind) if names_of_kind else word[0]

        return WORD.sub(other, self.scrambled(text, letters=False))

    def _given_names(self, word: str) -> tuple[str, ...]:
        sex = self._sexes.get(word.lower())
        return names.PEOPLE if sex is None else names.WOMEN if sex is Sex.FEMALE else names.MEN

    def _name(self, word: str, kind: str, choice: tuple[str, ...]) -> str:
        start = self._key.number(kind, word.casefold())
        turns = (choice[(start + step) % len(choice)] for step in range(len(choice)))
        new = next((name for name in turns if name.lower() not in self._seen), choice[start % len(choice)])
        return new.upper() if len(word) > 1 and word.isupper() else new

    # --- Numbers and ids ------------------------------------------------------------------------------------------

    def number(self, text: str) -> str:
        """Return another number for one that stands for something, grouped with blanks and dots as it was."""
        digits = "".join(_DIGITS.findall(text))
        if digits in self._known:
            return self._known[digits]
        if digits in self._kept or not digits.strip("0"):
            return text
        if identity_numbers.is_eleven(digits):
            new = self._one("identity number", digits, identity_numbers.candidates(digits, self._key))
        elif len(digits) == _ORGANISATION_LENGTH and is_organisation_number(digits):
            new = self._one("organisation number", digits, self._organisation_numbers(digits))
        else:
            new = self._one("number", digits, self._numbers(digits))
        following = iter(new)
        return _DIGITS.sub(lambda _: next(following), text)

    def id(self, text: str) -> str:
        """Return another id of the same form; a UUID for a UUID. Capitals do not count."""
        if text.isdigit():
            return self.number(text)
        if UUID.fullmatch(text):
            new = self._one("uuid", text.lower(), self._uuids(text.lower()))
            return new.upper() if text != text.lower() and text == text.upper() else new
        return self.scrambled(text)

    def scrambled(self, text: str, *, letters: bool = True) -> str:
        """Return other letters and digits for those of a text, the same ones for the same text."""
        if not any(sign.isdigit() or (letters and sign.isalpha()) for sign in text):
            return text
        return self._one(f"text {letters}", text, self._scrambles(text, letters=letters))

    def _one(self, kind: str, old: str, candidates: Iterator[str]) -> str:
        """Return what takes the place of a value: the first candidate that is neither taken nor an original."""
        if (kind, old) not in self._given:
            last = old
            for candidate in islice(candidates, _TRIES):
                last = candidate
                if candidate not in self._taken and candidate.lower() not in self._seen and candidate != old:
                    break
            self._given[kind, old] = last
            self._taken.add(last)
        return self._given[kind, old]

    def _organisation_numbers(self, digits: str) -> Iterator[str]:
        # numbers of synthetic organisations begin with 3
        for number in self._key.numbers("organisation number", digits):
            beginning = f"3{number % 10**7:07}"
            yield from (found for end in range(10) if is_organisation_number(found := f"{beginning}{end}"))

    def _numbers(self, digits: str) -> Iterator[str]:
        is_organisation = is_organisation_number(digits)
        for number in self._key.numbers("number", digits):
            new = f"{number % 10 ** len(digits):0{len(digits)}}"
            first = "0" if digits[0] == "0" else new[0] if new[0] != "0" else "9"
            if is_organisation_number(first + new[1:]) == is_organisation:
                yield first + new[1:]

    def _uuids(self, text: str) -> Iterator[str]:
        for number in self._key.numbers("uuid", text):
            digits = f"{number % 16**32:032x}"
            yield f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def _scrambles(self, text: str, *, letters: bool) -> Iterator[str]:
        dice = self._key.dice("text", text)

        def other(sign: str) -> str:
            if sign.isdigit():
                return dice.choice(string.digits[1:].replace(sign, ""))
            if not letters or not sign.isalpha():
                return sign
            new = dice.choice(string.ascii_lowercase.replace(sign.lower(), ""))
            return new.upper() if sign.isupper() else new

        bare = text.lstrip("+0")
        while True:
            yield text[: len(text) - len(bare)] + "".join(map(other, bare))

    # --- Days -----------------------------------------------------------------------------------------------------

    def day(self, text: str) -> str | None:
        """Return a day moved with all others of the set, or None where the text is none."""
        return dates.moved(text, self._moved)

    def birth(self, text: str) -> str | None:
        """Return another day of birth, the one that the person's new number has; None where the text is no day."""
        return dates.moved(text, lambda day: identity_numbers.born(day, self._key))

    def year(self, text: str) -> str:
        """Return another year, not far away."""
        return str(int(text) - 1 - self._key.number("year", "") % 3)

    def _moved(self, day: date) -> date:
        return day + timedelta(days=self.offset.days)
