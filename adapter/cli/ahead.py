"""What `validate` has under way before the command line is read.

xmlschema's child takes longer to start than all else that a cold `validate` does, and reading the command line, by
typer, takes a third of the rest. So where the bare words look like the validation of a file, its schemas are loaded
and the file is asked first. That is a guess about the words and no more: what they mean is told later, and a verb that
has no use for what is ready leaves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and most verbs need neither
    from adapter.check.explain import Explainer
    from adapter.check.schema import SchemaSet


@dataclass(frozen=True, slots=True)
class Ready:
    """The schemas, and what explains; its child is under way if the first file needs one."""

    schemas: SchemaSet
    explainer: Explainer


def ready_by_words(words: Sequence[str]) -> Ready | None:
    """Return what is ready for the words of a command line, where they look like the validation of a file."""
    if list(words[:1]) != ["validate"]:
        return None
    first = next(filter(isfile, words[1:]), None)
    return None if first is None else ready(Path(first))


def ready(first: Path, directory: Path | None = None) -> Ready:
    """Load the schemas, those of `directory` too, and start the child if the file needs it. Raises ConfigError."""
    from adapter.check.explain import Explainer
    from adapter.check.schema import SchemaSet

    schemas = SchemaSet.load(directory)
    explainer = Explainer()
    with suppress(OSError):
        explainer.prepare(first.read_bytes(), schemas)
    return Ready(schemas, explainer)
