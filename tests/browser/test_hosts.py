"""The gallery as a Voilà dashboard and the bench in Notebook 7: the same pixels and knobs as in JupyterLab."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.streams import RandomStream

from .conftest import NOTEBOOKS, TWO_VIEWS, notebook
from .lab import BenchOnPage, Notebook
from .servers import notebook_7, voila

pytestmark = pytest.mark.browser

NOTEBOOKS_OWN = "Cannot read properties of undefined (reading 'schema')"  # of Notebook 7.6, without any widget, too


def test_a_dashboard_of_all_streams(tmp_path: Path, browser: Any) -> None:
    served = tmp_path / "dashboards"
    served.mkdir()
    shutil.copy(NOTEBOOKS / "gallery.ipynb", served)
    with voila(tmp_path, served) as port:
        page, errors = browser.new_page(), list[str]()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"http://127.0.0.1:{port}/voila/render/gallery.ipynb")
        card = page.get_by_role("button").filter(has=page.get_by_text("RandomStream", exact=True))
        card.locator("canvas[data-frame]").wait_for(timeout=60_000)
        assert page.get_by_role("listitem").filter(has=page.locator("canvas")).count() >= 17
        card.click()
        bench = BenchOnPage(page, page.locator(".wb-bench"))
        bench.wait("one.dataset.frame !== ''")
        bench.root.get_by_role("combobox", name="colours").select_option("grey")
        for frame, level in ((0, 1.0), (41, 2.5)):
            bench.go_to(frame)
            box = bench.root.get_by_role("textbox", name="level, exact")
            box.fill(str(level))
            box.press("Enter")
            bench.wait(f"{'!' if level == 1 else ''}one.querySelector('.wb-code code').textContent.includes('level=')")
            page.wait_for_timeout(400)
            seed = int(re.search(r"seed=(\d+)", bench.code)[1])
            values = RandomStream((30, 40), level=level, seed=seed).read(frame, frame + 1)[0, 0, 0].numpy().astype(np.float64)
            wanted = np.clip(values + 0.5, 0, 1) * 255  # the range shown stays −0.5 to 0.5
            assert np.abs(bench.pixels()[..., 0] - wanted).max() <= 0.501
        page.close()
    assert errors == []


def test_a_bench_in_notebook_7(tmp_path: Path, browser: Any) -> None:
    served = tmp_path / "notebooks"
    served.mkdir()
    (served / "film.ipynb").write_text(notebook(TWO_VIEWS[:1]))
    with notebook_7(tmp_path, served) as port:
        page = Notebook(browser.new_page(), port, "film.ipynb", folder="notebooks")
        bench = page.bench()
        for frame in (0, 13):
            bench.go_to(frame)
            wanted = (frame * 40 + np.arange(40).reshape(5, 8)) / 799 * 255
            assert np.abs(bench.pixels()[..., 0] - wanted).max() <= 0.501
        box = bench.root.get_by_role("textbox", name="dt (s), exact")
        box.fill("0.04")
        box.press("Enter")
        bench.wait("one.querySelector('.wb-code code').textContent.includes('dt=0.04')")
        page.close()
    assert [error for error in page.errors if error != NOTEBOOKS_OWN] == []
