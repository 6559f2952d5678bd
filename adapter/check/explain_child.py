"""The child process that explains schema faults: `python -m adapter.check.explain_child`.

It reads questions (the schema files by namespace as JSON, and a document, each after four bytes of length) and answers
each with a JSON list in the same manner. Time and memory are limited by the kernel; whoever asked starts another child
when this one dies.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from io import BytesIO
from types import ModuleType
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from adapter.check.explain_process import LENGTH, framed

_MEMORY = 1 << 30
#: How the paths of xmlschema's schemas of schemas end, and one in their place that says nothing.
_SCHEMA_OF_SCHEMAS = "/XMLSchema.xsd"
_NO_SCHEMA = b'<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2001/XMLSchema"/>'
#: Seconds of work for one document, and for a document whose schemas are to be built first.
_SECONDS = 10


def main() -> None:
    """Answer until the other side hangs up."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Somebody waits for the first answer. Until then nearly all that is made is made to stay, and looking through it
    # for garbage takes a fifth of the time.
    gc.disable()
    take_away_the_network()
    take_away_xpath_2()
    from adapter.check.allowed import explain  # noqa: PLC0415 - within the limits, and without the collector

    # What anybody else prints is no answer.
    with os.fdopen(os.dup(1), "wb") as answers, os.fdopen(0, "rb") as questions:
        os.dup2(2, 1)
        while schemas := _part(questions):
            limit_time()
            answers.write(framed(json.dumps(explain(_part(questions), json.loads(schemas))).encode()))
            answers.flush()
            gc.enable()


def _part(questions: BinaryIO) -> bytes:
    """Return the next part of a question; nothing where the other side has hung up."""
    return questions.read(int.from_bytes(questions.read(LENGTH)))


def take_away_the_network() -> None:
    """Put in the place of `urllib.request` what opens files and nothing else, and of `urllib.error` an error.

    xmlschema, imported after this, opens all it reads with it; the real ones are a fifth of what it takes to import.
    """
    local = ModuleType("urllib.request", open_file.__doc__)
    vars(local).update(urlopen=open_file, OpenerDirector=type("OpenerDirector", (), {}))
    error = ModuleType("urllib.error")
    vars(error).update(URLError=type("URLError", (OSError,), {}))
    sys.modules |= {module.__name__: module for module in (local, error)}


def take_away_xpath_2() -> None:
    """Put XPath 1 in the place of XPath 2, of which XSD 1.0 knows only what XPath 1 had: a tenth of the import."""
    module = ModuleType("elementpath.xpath2")
    vars(module).update(__getattr__=_xpath_1)
    sys.modules[module.__name__] = module


def _xpath_1(_name: str) -> type:
    """Return, when elementpath comes to ask for the parser of XPath 2, that of XPath 1 with the other one's options."""
    from elementpath.xpath1 import XPath1Parser  # noqa: PLC0415 - before this, elementpath is not loaded

    class Parser(XPath1Parser):
        def __init__(self, namespaces: dict[str, str] | None = None, strict: bool = True, **_: object) -> None:  # noqa: FBT001, FBT002 - as elementpath calls it
            super().__init__(namespaces, strict)

    return Parser


def open_file(url: str, timeout: float | None = None) -> BinaryIO:  # noqa: ARG001 - as `urlopen` is called
    """Open a file by its URL. OSError for every other URL.

    In the place of the schemas of schemas, which xmlschema reads with its import and nobody needs here, stands nothing.
    """
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc:
        raise OSError("only files are opened here")
    if parts.path.endswith(_SCHEMA_OF_SCHEMAS):
        return BytesIO(_NO_SCHEMA)
    return open(unquote(parts.path), "rb")  # noqa: PTH123 - pathlib is slow to load


def limit_time() -> None:
    """Allow the next document its seconds, on top of what is used already."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _SECONDS, hard))


if __name__ == "__main__":
    main()
