"""What holds for the project's own files."""

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TARGETS = ("help", "film", "test", "soak", "bench", "lint", "docs", "clean", "constraints")


def tracked() -> list[Path]:
    """The files under version control that are text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [file for file in files if file.is_file() and b"\0" not in file.read_bytes()[:4096]]


def pins() -> list[str]:
    return (ROOT / "constraints.txt").read_text().splitlines()


def test_constraints_are_names_and_exact_versions() -> None:
    assert pins()
    assert [line for line in pins() if not PIN.fullmatch(line)] == []


def test_everything_that_the_project_asks_for_is_pinned() -> None:
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    pinned = {normal(line.partition("==")[0]) for line in pins()}
    assert {normal(re.split(r"[<>=!~\[; ]", each)[0]) for each in wanted} <= pinned


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_address_of_a_registry_and_no_path_of_a_machine_is_in_any_file() -> None:
    # Written in pieces, so that this file passes too.
    hosts = "|".join(
        ("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.", "--index" + "-url", "index" + "-url =")
    )
    homes = "|".join(f"/{home}/" for home in ("ho" + "me", "ro" + "ot", "wo" + "rk", "Us" + "ers"))
    telltale = re.compile(rf"(?:{hosts})|(?<![\w.~$}}])(?:{homes})")
    found = []
    for file in tracked():
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1):
            if match := telltale.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {match[0]}")
    assert found == []


def test_licence_is_apache_2_complete_and_unchanged() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    assert PROJECT["project"]["license"] == "Apache-2.0"


def test_make_lists_its_targets() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in listed.splitlines()] == list(TARGETS)


def test_every_package_of_the_wheel_is_typed_linted_and_has_its_layer() -> None:
    packages = {Path(path).name for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    assert set(PROJECT["tool"]["mypy"]["packages"]) == packages
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == packages
    found = {init.parent.name for top in ("engine", "farm", "plugins") for init in (ROOT / top).glob("*/__init__.py")}
    assert found == packages


def test_every_plugin_of_the_wheel_enters_through_the_entry_point() -> None:
    packages = {Path(path).name for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    assert set(PROJECT["project"]["entry-points"]["reelwork"].values()) == packages - {"reelwork", "reelwork_command"}


def test_no_module_is_so_long_that_it_does_two_things() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in tracked()
        if file.suffix == ".py" and (lines := file.read_text().count("\n")) > 460
    }
    assert long == {}
