"""What Binder and the workflows are told, as far as it can be checked without them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
import yaml

import workbench

ROOT = Path(__file__).parent.parent
CONDA = {"pytorch-cpu": "torch", "opencv": "opencv-python-headless"}  # conda-forge's name: that in pyproject.toml
OWN = {"python", "pip", "hatchling"}


def declared() -> dict[str, str]:
    """Every package that the workbench may need at run time, and its bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return dict(split(one) for one in project["dependencies"] + extras["lab"] + extras["cluster"])


def split(requirement: str) -> tuple[str, str]:
    name, bounds = re.fullmatch(r"([\w-]+)(.*)", requirement).groups()
    return name.lower(), bounds


def test_binder_gets_what_the_package_needs_and_nothing_else() -> None:
    environment = yaml.safe_load((ROOT / "binder/environment.yml").read_text())
    given = dict(split(one) for one in environment["dependencies"])
    assert re.fullmatch(r"=3\.\d+", given["python"])
    assert {CONDA.get(name, name): bounds for name, bounds in given.items() if name not in OWN} == declared()


def test_after_the_build_package_digits_and_notebooks_are_there(tmp_path: Path) -> None:
    """In an environment of its own that borrows the installed packages, as Binder's has conda's."""
    clone = tmp_path / "clone"
    for name in ("workbench", "binder", "notebooks"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    venv.create(tmp_path / "env", with_pip=True)
    library = next((tmp_path / "env").glob("lib/python*/site-packages"))
    borrowed = [one for one in sys.path if one.endswith("site-packages")]
    (library / "borrowed.pth").write_text("\n".join(borrowed))
    path = f"{tmp_path / 'env/bin'}{os.pathsep}{os.environ['PATH']}"
    kernels = tmp_path / "jupyter"
    spec = kernels / "kernels/python3"
    spec.mkdir(parents=True)
    python = str(tmp_path / "env/bin/python")
    started = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": started, "display_name": "Python 3", "language": "python"}))
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = inherited | {"PATH": path, "JUPYTER_PATH": str(kernels), "IPYTHONDIR": str(tmp_path / "ipython")}
    command = ["bash", str(clone / "binder/postBuild"), "notebooks/01_first_film.ipynb"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list((clone / "mnist_data").rglob("*-ubyte*"))) == 4
    where = [python, "-c", "import workbench; print(workbench.__file__)"]
    installed = subprocess.run(where, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment).stdout.strip()
    assert Path(installed).is_relative_to(tmp_path / "env")


@pytest.mark.parametrize("file", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda file: file.name)
def test_workflows_are_yaml_and_run_what_is_there(file: Path) -> None:
    text = file.read_text()
    assert isinstance(yaml.safe_load(text), dict)
    for script in re.findall(r"run: (\.\S+)", text):
        assert os.access(ROOT / script, os.X_OK)


def test_the_citation_names_the_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == workbench.__version__
    assert citation["license"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]
