"""The export drawer in a real JupyterLab: what a person gets is the stream's frames, to the last bit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.core.recipe import content_hash
from workbench.streams import RandomStream

from .conftest import DELAY
from .lab import BenchOnPage, Notebook, slow_line

pytestmark = pytest.mark.browser

NOISE = RandomStream((40, 50), level=100.0, mean=127.0, seed=5)
PUT_ON = f"bench.stream = workbench.streams.{NOISE!r}"
SLOW = """
import time, torch
from workbench.core.stream import Stream

class Slow(Stream):
    size: tuple[int, int] = (5, 8)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    def read(self, start, stop):
        if stop - start > 50:  # a piece of the export, no picture
            time.sleep(0.05)
        return torch.full((1, 1, stop - start, 5, 8), float(start % 7 / 7))

bench.stream = Slow()
"""
HASH = """async link => {
  const data = await (await fetch(link.href)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return [data.byteLength, [...digest].map((one) => one.toString(16).padStart(2, '0')).join('')];
}"""


class Drawer:
    """The export drawer of a bench."""

    def __init__(self, notebook: Notebook, number: int = 0) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.bench: BenchOnPage = notebook.bench(number)
        self.form: Any = self.bench.root.get_by_role("group", name="export", exact=True)
        self.bench.root.locator("summary", has_text="Export").click()

    def ask(self, button: str, **boxes: str) -> None:
        for name, value in boxes.items():
            self.form.get_by_role("textbox", name=name.replace("_", " ")).fill(value)
        self.form.get_by_role("button", name=button, exact=True).click()

    def says(self, words: str) -> Any:
        found = self.form.get_by_text(words)
        found.first.wait_for()
        return found.first

    @property
    def folder(self) -> Path:
        return Path(self.form.locator(".wb-exports-folder").inner_text().removeprefix("in "))

    def downloaded(self) -> tuple[Path, int, str]:
        """What the browser kept, and size and hash of what the page has."""
        with self.page.expect_download() as kept:
            self.ask("download")
        size, digest = self.form.get_by_role("link", name="keep").evaluate(HASH)
        return kept.value.path(), size, digest


@pytest.fixture(scope="module", params=["near", "far"])
def drawer(request: pytest.FixtureRequest, lab: int, open_notebook: Callable[..., Notebook]) -> Iterator[Drawer]:
    if request.param == "near":
        yield Drawer(open_notebook("two_views.ipynb"))
        return
    with slow_line(lab, DELAY) as line:
        yield Drawer(open_notebook("two_views.ipynb", line.port))


def put_on(drawer: Drawer, code: str, rows: int) -> None:
    drawer.notebook.execute(code)
    drawer.bench.wait(f"one.querySelector('canvas').height === {rows}")


def test_a_file_and_its_download_are_the_streams_frames(drawer: Drawer) -> None:
    put_on(drawer, PUT_ON, 40)
    for left in drawer.folder.glob("noise*"):
        left.unlink()
    drawer.ask("Export", first_frame="10", up_to_frame="1010", file_name="noise")
    drawer.says("noise.npy, 8 MB")
    made = drawer.folder / "noise.npy"
    assert (np.load(made) == NOISE[10:1010][0, 0].numpy()).all()
    kept, size, digest = drawer.downloaded()
    data = made.read_bytes()
    assert kept.read_bytes() == data
    assert (size, digest) == (len(data), hashlib.sha256(data).hexdigest())
    other = drawer.notebook.bench(1).root
    other.locator("summary", has_text="Export").click()
    other.get_by_text("noise.npy, 8 MB").wait_for()
    other.locator("summary", has_text="Export").click()


def test_a_name_that_is_there_is_asked_for_and_a_path_refused(drawer: Drawer) -> None:
    made = drawer.folder / "noise.npy"
    drawer.ask("Export", first_frame="0", up_to_frame="5", file_name="../noise")
    drawer.says("is not a file name of letters, digits, - _ and .")
    drawer.ask("Export", file_name="noise")
    drawer.says("noise.npy is there already")
    assert np.load(made).shape == (1000, 40, 50)
    drawer.ask("replace")
    drawer.says("noise.npy, 40.1 kB")
    assert (np.load(made) == NOISE[0:5][0, 0].numpy()).all()


def test_the_next_cell_sees_the_array(drawer: Drawer) -> None:
    drawer.ask("To NumPy", first_frame="3", up_to_frame="9", variable="np")
    drawer.says("np is there already: the module numpy")
    drawer.ask("To NumPy", variable="seen")
    drawer.says("seen: (6, 40, 50) float32, 48 kB")
    drawer.notebook.execute("np.save('seen.npy', seen)")
    assert (np.load(drawer.folder / "seen.npy") == NOISE[3:9][0, 0].numpy()).all()


def test_the_code_panel_shows_the_hash_of_the_recipe(drawer: Drawer) -> None:
    told = drawer.bench.root.locator(".wb-hash")
    assert told.inner_text() == f"stimulus {content_hash(NOISE.recipe())[:10]}"
    assert told.get_attribute("title").endswith(content_hash(NOISE.recipe()))


def test_while_it_is_exported_the_film_is_seen_and_cancelled_it_leaves_nothing(drawer: Drawer) -> None:
    put_on(drawer, SLOW, 5)
    drawer.ask("Export", first_frame="0", up_to_frame="60000", file_name="slow")
    drawer.says("of 60000 frames")
    for frame in (700, 5, 4321):
        drawer.bench.go_to(frame)
    assert (drawer.folder / "slow.npy.part").exists()
    assert "Slow()" in drawer.says("of Slow()").inner_text()
    assert drawer.form.get_by_role("progressbar").get_attribute("value") is not None
    drawer.ask("Cancel")
    drawer.says("slow.npy: cancelled, nothing was written")
    assert list(drawer.folder.glob("slow*")) == []
    assert "define Slow" in drawer.bench.root.locator(".wb-code-words").inner_text()
