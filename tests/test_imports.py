"""`import workbench` is light: what needs Jupyter, a screen, a codec or a compiler waits until it is used."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("IPython", "anywidget", "av", "cv2", "ipywidgets", "matplotlib", "numba", "torchvision", "traitlets")


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh process has after running the code."""
    program = f"{code}\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_import_is_light() -> None:
    assert not loaded_by("import workbench").intersection(HEAVY)


def test_reading_frames_is_light() -> None:
    assert not loaded_by("import workbench; workbench.streams.RandomStream((4, 5))._repr_html_()").intersection(HEAVY)


def test_the_bench_loads_what_it_needs() -> None:
    assert loaded_by("import workbench; workbench.bench") >= {"anywidget", "traitlets"}
