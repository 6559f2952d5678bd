"""Where people and organisations are, and how they are reached."""

from __future__ import annotations

import re

from adapter.message.code import Code
from adapter.values import value_class

_NOT_DIGITS = re.compile(r"\D")


@value_class(kw_only=False)
class Telecom:
    """A phone number, mail address or the like."""

    #: Kind of use, list 9061.
    kind: Code | None = None
    #: The address with its scheme, such as "tel:+4777000000".
    address: str | None = None

    @property
    def digits(self) -> str:
        """Return the digits of a phone number without the Norwegian country prefix; "" for mail addresses."""
        if not self.address or self.address.startswith("mailto:") or "@" in self.address:
            return ""
        digits = _NOT_DIGITS.sub("", self.address).removeprefix("00")
        return digits[2:] if len(digits) > 8 and digits.startswith("47") else digits  # noqa: PLR2004 - a Norwegian number has 8 digits


@value_class
class Address:
    """A postal or visiting address."""

    #: Kind of address, list 3401.
    kind: Code | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    postbox: str | None = None
    #: County or municipality, list 3402.
    county: Code | None = None
    #: Country, list 9043.
    country: Code | None = None
    #: District of a city, list 3403.
    district: Code | None = None
    #: Henvisning 1.x and AppRec hold phone numbers inside the address.
    telecoms: tuple[Telecom, ...] = ()
