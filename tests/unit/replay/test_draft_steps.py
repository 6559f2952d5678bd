"""What people write in a scenario: drafts of their own, and words for those of the adapter."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter.flow.drafts.kinds import DraftKind
from adapter.replay import scenario as scenarios
from adapter.replay.acts import Approve, WriteDraft
from adapter.replay.scenario import ScenarioError

HEAD = 'what = "w"\nstarts = 2026-03-02T09:20:00\n[[step]]\nsend = "a.xml"\nfrom = "referrer"\n'


def steps(tmp_path: Path, text: str) -> list[object]:
    path = tmp_path / "story.toml"
    path.write_text(HEAD + text, "utf-8")
    (tmp_path / "a.xml").write_text("<x/>", "utf-8")
    return [step.act for step in scenarios.load(path, messages=tmp_path, specs=tmp_path).steps][1:]


def test_a_draft_is_a_step(tmp_path: Path) -> None:
    read = steps(
        tmp_path,
        '[[step]]\ndraft = "a"\nkind = "status"\ntold = { code = "2" }\nby = "Kari"\noverride = "avklart"\n'
        '[[step]]\napprove = "a"\ntext = "Ja."\nauthor = "A, LE, 1, 2"\n',
    )

    assert read == [
        WriteDraft(
            name="status about a",
            message="a",
            kind=DraftKind.STATUS,
            told={"code": "2"},
            by="Kari",
            override="avklart",
        ),
        Approve(name="question about a", message="a", text="Ja.", author="A, LE, 1, 2"),
    ]


@pytest.mark.parametrize("kind", ["", 'kind = "brev"'])
def test_a_draft_of_no_kind_is_a_mistake(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ScenarioError, match="`kind` should be one of question, status"):
        steps(tmp_path, f'[[step]]\ndraft = "a"\n{kind}\n')
