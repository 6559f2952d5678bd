"""What the configuration says about drafts: who answers for them, and which go without a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter import resources
from adapter.config import build, load
from adapter.errors import ConfigError


def settings_with(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the example with one thing changed."""
    text = resources.example_config().read_text("utf-8")
    assert text.count(old) == 1
    path = folder / "budstikke.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_the_contact_of_a_party_is_a_health_professional() -> None:
    register = build.register(load(resources.example_config()))

    clinic, nav = register.by_id("clinic"), register.by_id("nav")
    assert clinic is not None
    assert nav is not None
    assert clinic.contact is not None
    assert (clinic.contact.name, clinic.contact.identified_by("HPR")) == ("Rolig Skog", "565501872")
    assert clinic.contact.profession is not None
    assert (clinic.contact.profession.value, clinic.contact.profession.name) == ("FT", "Fysioterapeut")
    assert clinic.contact.telecoms[0].address == "tel:77000003"
    assert nav.contact is None


def test_nothing_goes_without_a_person_unless_it_is_said(tmp_path: Path) -> None:
    assert load(resources.example_config()).drafts.send_without_approval == ()

    path = settings_with(tmp_path, "send_without_approval = []", 'send_without_approval = ["AMO-06", "H11-06"]')
    assert load(path).drafts.send_without_approval == ("AMO-06", "H11-06")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("send_without_approval = []", 'send_without_approval = ["telefon"]', "should be the code of a rule"),
        ("send_without_approval = []", 'send_without_approval = ["AMO-04", "AMO-99"]', 'there is no rule "AMO-99"'),
        ('hpr = "565501872"', 'hpr = "HPR 1"', "should be an HPR number"),
        ('phone = "77000003"', 'telefon = "77000003"', "phone"),
    ],
)
def test_a_mistake_about_drafts_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(settings_with(tmp_path, old, new))
