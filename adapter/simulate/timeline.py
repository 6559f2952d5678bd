"""The timeline on the terminal: colours where there are any, plain columns where not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from adapter.simulate.chronicle import Line, Mark
from adapter.simulate.verdict import Check

_STYLES = {Mark.WELL: "green", Mark.NOTICE: "yellow", Mark.BAD: "bold red", Mark.MORE: "yellow"}
_WHAT = 22


class Timeline:
    """Prints lines as they come, with the seconds since the beginning."""

    def __init__(self, console: Console, begun: datetime, *, who: int = 22) -> None:
        """Take where to print, when it all began, and how wide the column of who to whom is."""
        self._console = console
        self._begun = begun
        self._who = who

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines of the chronicle."""
        for line in lines:
            self._console.print(self._text(line), soft_wrap=True)

    def say(self, sentence: str = "", *, style: str = "") -> None:
        """Print a sentence."""
        self._console.print(Text(sentence, style=style), soft_wrap=True)

    def judge(self, checks: Iterable[Check]) -> None:
        """Print what is true at the end and what is not."""
        for check in checks:
            mark = Mark.WELL if check.is_true else Mark.BAD
            self._console.print(Text.assemble("  ", (mark, _STYLES[mark]), "  ", check.text), soft_wrap=True)

    def _text(self, line: Line) -> Text:
        style = _STYLES[line.mark]
        seconds = "" if line.mark is Mark.MORE else f"{(line.at - self._begun).total_seconds():.1f} s"
        who = f"{line.sender} → {line.receiver}" if line.sender else ""
        text = Text.assemble((f"{seconds:>7}", "dim"), "  ", (line.mark, style), "  ")
        if line.mark is Mark.MORE:
            return text.append("  ").append(line.note, style)
        if not who:
            return text.append(line.what, f"{style}").append(f"  {line.note}" if line.note else "")
        return text.append(f"{who:<{self._who}}  ", "bold").append(f"{line.what:<{_WHAT}}  ").append(line.note, "dim")
