"""What `validate` has under way before the command line is read.

A file that breaks its schema is explained by xmlschema, in a process whose start takes longer than all else that a cold
`validate` does. So where the bare words look like a validation, that process starts first, beside the rest, and gets
ready on another processor. That is a guess about the words and no more: what they mean is told later, and a verb or a
valid file that has no use for the process leaves it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

from adapter.check.explain_process import ExplainProcess


def begin(words: Sequence[str]) -> ExplainProcess | None:
    """Start what explains, where the words of a command line look like the validation of something that exists."""
    if list(words[:1]) != ["validate"] or len(os.sched_getaffinity(0)) == 1:
        return None
    if not any(map(os.path.exists, words[1:])):
        return None
    process = ExplainProcess()
    with suppress(OSError):  # asked again, and told of, where it is needed
        process.start()
    return process
