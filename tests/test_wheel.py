"""The wheel holds the whole package and nothing else, and works where only it is."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import workbench

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def packaged(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_it_holds_every_file_of_the_package_and_no_other(wheel: zipfile.ZipFile) -> None:
    there = {path for path in (ROOT / "workbench").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert packaged(wheel) == {path.relative_to(ROOT).as_posix() for path in there}


def test_it_holds_types_scripts_and_styles(wheel: zipfile.ZipFile) -> None:
    kinds = {Path(name).suffix for name in packaged(wheel)}
    assert {".js", ".css"} <= kinds
    assert ".ipynb" not in kinds
    assert "workbench/py.typed" in packaged(wheel)


def test_its_metadata(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(name))
    assert metadata["Name"] == "stimulus-workbench"
    assert metadata["Version"] == workbench.__version__
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert {"cluster", "lab", "test"} <= set(metadata.get_all("Provides-Extra") or ())


def test_a_bench_opens_from_it_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "import workbench; workbench.bench(workbench.streams.RandomStream((4, 5))); print(workbench.__file__)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert Path(run.stdout.strip()) == tmp_path / "workbench" / "__init__.py"
