"""What becomes of a bench without its kernel: frozen pages, saved clips, kernels that die, lines that break, live films."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter

import workbench

from .lab import BenchOnPage, Notebook, slow_line

pytestmark = pytest.mark.browser

FILM = np.arange(20 * 40.0).reshape(20, 5, 8)


def assert_shows(bench: BenchOnPage, frame: int) -> None:
    low, high = bench.range()
    wanted = (FILM[frame] - low) / (high - low) * 255
    assert np.abs(bench.pixels()[..., 0] - wanted).max() <= 0.501


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    errors: list[str] = []
    opened = browser.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


class TestFrozen:
    def test_a_frozen_page_plays_without_a_kernel(self, page: Any, tmp_path: Path) -> None:
        table = workbench.bench(workbench.streams.SequenceStream(FILM))
        page.goto(table.freeze().save(tmp_path / "film.html").as_uri())
        bench = BenchOnPage(page, page.locator(".wb-bench"))
        bench.wait("one.dataset.frame === '0'")
        for frame in (0, 7, 19, 3):
            bench.go_to(frame)
            assert_shows(bench, frame)
        bench.key(" ")
        bench.wait("Number(one.dataset.frame) >= 10")
        bench.key(" ")
        assert "saved clip" in bench.status.inner_text()
        assert bench.code == table.code

    def test_flashing_waits_for_a_word_there_too(self, page: Any, tmp_path: Path) -> None:
        film = workbench.streams.RandomStream((50, 50), level=255.0, mean=127.0, seed=1)
        page.goto(workbench.bench(film).freeze(frames=30).save(tmp_path / "noise.html").as_uri())
        bench = BenchOnPage(page, page.locator(".wb-bench"))
        bench.wait("one.dataset.frame === '0'")
        bench.key(" ")
        bench.root.get_by_text("The film flashes more than three times a second.").wait_for()
        assert bench.frame == 0

    def test_it_plays_in_html_made_of_a_notebook(self, page: Any, tmp_path: Path) -> None:
        table = workbench.bench(workbench.streams.SequenceStream(FILM))
        output = nbformat.v4.new_output("display_data", {"text/html": table.freeze().html})
        cells = [nbformat.v4.new_code_cell("bench.freeze()", outputs=[output])]
        (tmp_path / "film.html").write_text(HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0], "utf-8")
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
        page.goto((tmp_path / "film.html").as_uri())
        bench = BenchOnPage(page, page.locator(".wb-bench"))
        bench.wait("one.dataset.frame === '0'")
        bench.go_to(11)
        assert_shows(bench, 11)

    def test_without_scripts_a_strip_of_frames_is_seen(self, browser: Any, tmp_path: Path) -> None:
        frozen = workbench.bench(workbench.streams.SequenceStream(FILM)).freeze()
        page = browser.new_page()
        page.set_content(frozen.html.partition("<script")[0])
        assert page.get_by_role("img").evaluate("one => one.naturalWidth") > 8
        page.close()


LIVE = """
import time
import torch, workbench
class Camera(workbench.streams.Stream):
    size: tuple[int, int] = (4, 6)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.02
    seekable = False
    def read(self, start, stop):
        raise NotImplementedError
    def grab(self, count):
        time.sleep(self.dt)
        return torch.full((1, 1, count, *self.size), (self.position % 100) / 100)
bench.stream = Camera()
"""


class TestInLab:
    @pytest.fixture
    def notebook(self, open_notebook: Callable[..., Notebook]) -> Notebook:
        return open_notebook("two_views.ipynb")

    def test_a_frozen_bench_plays_in_a_cell(self, notebook: Notebook) -> None:
        page = notebook.page
        page.evaluate("jupyterapp.commands.execute('notebook:insert-cell-below')")
        page.evaluate("jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource('bench.freeze(5, 8)')")
        page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
        bench = BenchOnPage(page, page.locator(".wb-frozen"))
        bench.wait("one.dataset.frame === '5'")
        bench.go_to(12)
        assert_shows(bench, 12)

    def test_a_live_film_plays_its_newest_frames_and_stops(self, notebook: Notebook) -> None:
        bench = notebook.bench()
        notebook.execute(LIVE)
        bench.wait("one.querySelector('canvas').width === 6")
        bench.root.get_by_role("button", name="Play", exact=True).click()
        bench.wait("Number(one.dataset.frame) >= 20")
        bench.root.get_by_role("button", name="Pause", exact=True).click()
        bench.page.wait_for_timeout(300)
        frame = bench.frame
        assert np.abs(bench.pixels()[..., 0] - 255 * (frame % 100) / 100).max() <= 0.501
        bench.page.wait_for_timeout(300)
        assert bench.frame == frame
        assert bench.root.get_by_role("slider", name="frame").is_disabled()
        notebook.execute("bench.stream = film")

    def test_a_line_that_breaks_is_said_and_what_was_lost_is_asked_for_again(self, lab: int, open_notebook: Any) -> None:
        with slow_line(lab, 0) as line:
            notebook = open_notebook("two_views.ipynb", line.port)
            bench = notebook.bench()
            line.cut()
            bench.status.filter(has_text="not connected").wait_for()
            box = bench.root.get_by_role("textbox", name="frame number")
            box.fill("17")
            box.press("Enter")
            line.mend()
            bench.wait_for_frame(17, seconds=60)  # JupyterLab takes its time to connect again
            assert_shows(bench, 17)
            bench.status.filter(has_text="paused").wait_for()
            notebook.close()
            assert set(notebook.errors) <= {"Failed to fetch"}  # JupyterLab's own, while the line was cut
            notebook.errors.clear()

    def test_after_a_restart_the_saved_clip_plays_and_the_cell_brings_the_bench_back(self, notebook: Notebook) -> None:
        bench = notebook.bench()
        notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        bench.status.filter(has_text="run its cell again").wait_for()
        bench.go_to(15)
        assert_shows(bench, 15)
        box = bench.root.get_by_role("textbox", name="dt (s), exact")
        box.fill("0.5")
        box.press("Enter")
        bench.root.get_by_role("alert").filter(has_text="no kernel").wait_for()
        notebook.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        notebook.page.locator(".wb-status", has_text="run its cell again").first.wait_for(state="detached", timeout=30_000)
        again = notebook.bench()
        again.go_to(16)
        assert_shows(again, 16)

    def test_a_kernel_that_dies_is_said(self, notebook: Notebook) -> None:
        bench = notebook.bench()
        notebook.execute("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", wait=False)
        bench.status.filter(has_text="kernel").wait_for(timeout=30_000)
        bench.go_to(12)
        assert_shows(bench, 12)
