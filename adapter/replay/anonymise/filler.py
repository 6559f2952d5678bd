"""Free text into text of the same length and structure that says nothing, but for the words that rules look for.

Line breaks, punctuation, headings and keywords stand where they stood; every other word is a made-up one of the same
length, every other number another number. What a text becomes follows from the whole of it, so that a copied text is
a copy again, and a single word tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from random import Random

from adapter.check.profile import Profile, every
from adapter.replay.anonymise import dates
from adapter.replay.anonymise.key import Key
from adapter.replay.anonymise.pseudonyms import UUID, WORD, Pseudonyms

_CONSONANTS, _VOWELS = "bdflmnprtwxz", "aeiou"
#: In the place of a letter that Latin-1 does not have, which a rule asks about.
_BEYOND_LATIN_1 = "đ"
_LAST_OF_LATIN_1 = "\xff"
#: The end of a word that may follow a keyword: an inflection is no name.
_LONGEST_ENDING = 6
_IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{6}\s?\d{5}(?!\d)")
_DIGITS = re.compile(r"\d+")
#: Line breaks that were escaped twice, and the ends of file names.
_STAYS = re.compile(
    r"&#x?[0-9a-fA-F]{1,6};|(?<=\w\.)(?:pdf|jpe?g|png|tiff?|txt|xml|docx?|rtf|html?|xlsx?)(?!\w)", re.IGNORECASE
)
#: Patterns of the profiles that look for something else than words of the language.
_NO_WORDS = frozenset({"number", "mime", "nav_in_test", "never_answered"})
_TRIES = 50
_SHORT = 4


class Filler:
    """Makes filler by a key, for one set."""

    def __init__(self, key: Key, pseudonyms: Pseudonyms, seen: Collection[str] = ()) -> None:
        """Take the key, what numbers and days become, and the words of the originals in small letters."""
        self._key = key
        self._pseudonyms = pseudonyms
        self._seen = seen

    def text(self, text: str) -> str:
        """Return filler of the same length for a text."""
        dice = self._key.dice("free text", text)
        signs = list(text)
        done = bytearray(len(text))
        for start, new in self._recognised(text):
            signs[start : start + len(new)] = new
            done[start : start + len(new)] = b"\1" * len(new)
        for place in kept(text):
            done[place] = 1
        for pattern, other in ((WORD, self._word), (_DIGITS, self._number)):
            for start, end in _open(pattern, text, done):
                signs[start:end] = other(text[start:end], dice)
        return "".join(signs)

    def _recognised(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield numbers, ids and days that mean the same wherever they stand, with what they become."""
        for found in _STAYS.finditer(text):
            yield found.start(), found[0]
        for pattern, change in (
            (UUID, self._pseudonyms.id),
            (_IDENTITY_NUMBER, self._pseudonyms.number),
            (dates.IN_TEXT, self._pseudonyms.day),
        ):
            for found in pattern.finditer(text):
                new = change(found[0])
                if new is not None and len(new) == len(found[0]):
                    yield found.start(), new

    def _word(self, old: str, dice: Random) -> str:
        for _ in range(_TRIES):
            new = "".join(_invented(len(old), dice))
            if len(old) < _SHORT or new not in self._seen:
                break
        return "".join(_like(sign, letter) for sign, letter in zip(old, new, strict=True))

    def _number(self, old: str, dice: Random) -> str:
        if not old.strip("0"):
            return old
        for _ in range(_TRIES):
            new = "".join(digit if digit == "0" else dice.choice("123456789") for digit in old)
            if new != old and (len(new) < _SHORT or new not in self._seen):
                break
        return new


def _open(pattern: re.Pattern[str], text: str, done: bytearray) -> Iterator[tuple[int, int]]:
    """Yield the parts of words or numbers that are not done."""
    for found in pattern.finditer(text):
        start = found.start()
        while start < found.end():
            if done[start]:
                start += 1
                continue
            end = start
            while end < found.end() and not done[end]:
                end += 1
            yield start, end
            start = end


def _invented(length: int, dice: Random) -> Iterator[str]:
    is_vowel = dice.random() < 0.3  # noqa: PLR2004 - some words begin with a vowel
    for _ in range(length):
        yield dice.choice(_VOWELS if is_vowel else _CONSONANTS)
        is_vowel = not is_vowel


def _like(old: str, letter: str) -> str:
    new = _BEYOND_LATIN_1 if old > _LAST_OF_LATIN_1 else letter
    return new.upper() if old.isupper() else new


# --- What stays ---------------------------------------------------------------------------------------------------


def kept(text: str) -> set[int]:
    """Return the places of the letters that stay: headings, and the words that rules look for."""
    lower = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    places = set(_headings(lower))
    for pattern in _patterns():
        for version in {text, lower}:
            for found in pattern.finditer(version):
                places.update(_needed(pattern, version, text, found))
    return places


def is_keyword(word: str) -> bool:
    """Tell whether a word is one that rules look for."""
    return len(kept(word)) == len(word)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(
        {
            pattern.pattern: pattern
            for profile in every()
            for name, pattern in profile.words.items()
            if name not in _NO_WORDS
        }.values()
    )


@cache
def _heading_names() -> frozenset[str]:
    return frozenset(name for names in Profile.load("amo").headings.values() for name in names)


_LINE = re.compile(r"(?:[^\r\n&]|&(?!#1))+")
_SLASH = re.compile(r"\s*/\s*")


def _headings(lower: str) -> Iterator[int]:
    """Yield the places of headings that stand on a line of their own or before a colon."""
    for line in _LINE.finditer(lower):
        name = line[0].partition(":")[0]
        if _SLASH.sub("/", " ".join(name.split())) in _heading_names():
            yield from range(line.start(), line.start() + len(name))


def _needed(pattern: re.Pattern[str], version: str, original: str, found: re.Match[str]) -> Iterator[int]:
    """Yield the places of the letters without which a match would be none.

    A pattern may allow any word between its own: such a word does not stay. Of a word that begins like a keyword the
    end stays only where it is short and in small letters, as inflections are.
    """
    first, last = found.start(), _end_of_word(version, found.end())
    # one letter before and one after, for patterns that ask where a word begins and ends
    before = max(0, first - 1)
    trial, place = version[before : last + 1], first - before
    for word in list(WORD.finditer(trial, place, last - before)):
        without = _blanked(trial, word.start(), word.end())
        if pattern.match(without, place):
            trial = without
            continue
        end = next(
            end
            for end in range(word.start() + 1, word.end() + 1)
            if end == word.end() or pattern.match(_blanked(trial, end, word.end()), place)
        )
        rest = original[before + end : before + word.end()]
        if len(rest) <= _LONGEST_ENDING and not any(sign.isupper() for sign in rest):
            end = word.end()
        yield from range(before + word.start(), before + end)


def _end_of_word(text: str, end: int) -> int:
    while end < len(text) and text[end].isalpha():
        end += 1
    return end


def _blanked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{'x' * (end - start)}{text[end:]}"
