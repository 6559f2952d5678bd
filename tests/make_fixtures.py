"""Make `fixtures/messages/`: every synthetic message, the same bytes each time.

    python tests/make_fixtures.py            writes what is missing or different, removes what no recipe makes
    python tests/make_fixtures.py --check    changes nothing; exit code 1 where something differs

The recipes stand in `tests/recipes/`. `fixtures/index.toml` says, by hand, what each message is and what it must
come to.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from adapter import resources

HERE = Path(__file__).parent
TARGET = resources.fixtures() / "messages"


def messages() -> dict[str, bytes]:
    """Return every message by its file name."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    for module in sorted((HERE / "recipes").glob("*.py")):
        importlib.import_module(f"recipes.{module.stem}")
    made = importlib.import_module("recipes.base").RECIPES
    return {name: make() for name, make in sorted(made.items())}


def main(arguments: list[str] | None = None) -> int:
    """Write the messages, or tell which differ from the ones that lie there."""
    parser = argparse.ArgumentParser(description="Make the synthetic messages.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 where something differs")
    only_check = parser.parse_args(arguments).check
    made = messages()
    TARGET.mkdir(exist_ok=True)
    there = {path.name: path.read_bytes() for path in TARGET.iterdir() if path.is_file()}
    different = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    for name in different:
        sys.stdout.write(f"{'differs' if only_check else 'written' if name in made else 'removed'}: {name}\n")
        if not only_check:
            _put(TARGET / name, made.get(name))
    return 1 if only_check and different else 0


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
