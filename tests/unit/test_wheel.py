"""The wheel as its users get it: the data folders are inside, and found."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What must be found, by the function of `adapter.resources` that finds it.
LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from adapter import resources
assert resources.data_root().is_relative_to(sys.argv[1]), resources.data_root()
assert (resources.schemas() / "catalog.toml").is_file()
assert any((resources.schemas() / "codelists").glob("*.toml"))
assert any((resources.fixtures() / "specs").glob("*.toml"))
assert resources.example_config().is_file()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def files_below(folder: Path) -> set[str]:
    """Return the names of all files below a folder, caches aside."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_module_and_every_data_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"adapter/{name}" for name in files_below(ROOT / "adapter")}
    for folder in ("schemas", "fixtures"):
        wanted |= {f"adapter/_data/{folder}/{name}" for name in files_below(ROOT / folder)}

    assert wanted | {"adapter/_data/config.example.toml"} <= held


def test_the_wheel_holds_no_tests_and_no_caches(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()

    assert [name for name in held if name.startswith("tests/") or "__pycache__" in name] == []


def test_the_data_of_the_wheel_is_found_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    # what is looked at is a copy of the package: neither found by accident nor measured as another one
    foreign = ("PYTHONPATH", "COVERAGE_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    ran = subprocess.run(
        [sys.executable, "-c", LOOK, tmp_path],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
