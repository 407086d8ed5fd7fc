"""The whole bench, everything open: names, keyboard, errors of a user's own cells, memory over ten thousand frames."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from workbench.streams import RandomStream

from .lab import BenchOnPage, Notebook

pytestmark = pytest.mark.browser

DRAWERS = ("Model", "Views", "Export")
OUTLINE = """
- region "bench":
  - group /Film\\. Space plays/:
    - img /RandomStream, frame \\d+, 20 by 30 pixels/
  - group "playback":
    - button "To the first frame"
    - button "One frame back"
    - button "Play"
    - button "One frame on"
    - slider "frame"
    - textbox "frame number"
  - group "view":
    - combobox "speed"
    - combobox "zoom"
  - group "parameters":
    - group "level":
      - slider "level"
      - textbox "level, exact"
  - status: /paused/
"""
REACHED = """
root => {
  const seen = window.reached ??= new Set();
  const at = document.activeElement;
  if (root.contains(at)) seen.add(at);
  const all = [...root.querySelectorAll('input, select, button, summary, [tabindex]')];
  const open = all.filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility());
  return open.filter(one => !seen.has(one)).map(one => one.outerHTML.slice(0, 200));
}
"""


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[..., Notebook]) -> Notebook:
    return open_notebook("model.ipynb")


@pytest.fixture(scope="module")
def opened(notebook: Notebook) -> BenchOnPage:
    bench = notebook.bench()
    for name in DRAWERS:
        bench.root.locator("summary", has_text=re.compile(f"^{name}$")).click()
    bench.page.wait_for_timeout(1500)
    return bench


def test_its_outline_is_what_a_screen_reader_says(opened: BenchOnPage) -> None:
    expect(opened.page.locator(".jp-OutputArea").first).to_match_aria_snapshot(OUTLINE)


def test_the_film_is_there_among_all_the_charts(opened: BenchOnPage) -> None:
    opened.go_to(0)
    values = RandomStream((20, 30), level=100.0, mean=127.0, seed=7).read(0, 1)[0, 0, 0].double().numpy()
    assert abs(opened.pixels()[..., 0] - (values - 77) / 100 * 255).max() <= 0.501


def test_every_control_has_a_name(opened: BenchOnPage) -> None:
    nameless = opened.root.locator("input, select, button, summary, [role=img], [role=group]").evaluate_all(
        "all => all.filter(one => !one.getAttribute('aria-label') && !one.textContent.trim() && !one.labels?.length)"
        ".map(one => one.outerHTML.slice(0, 200))"
    )
    assert nameless == []


def test_the_keyboard_reaches_every_control(opened: BenchOnPage) -> None:
    opened.screen.focus()
    left: list[str] = ["?"]
    for _ in range(250):
        left = opened.root.evaluate(REACHED)
        if not left:
            break
        opened.page.keyboard.press("Tab")
    assert left == []


def test_what_a_users_own_cell_raises_is_told_beside_the_knob(notebook: Notebook, opened: BenchOnPage) -> None:
    notebook.execute("def angry(change): raise RuntimeError('not this level')\nbench.observe(angry, 'stream')")
    box = opened.root.get_by_role("textbox", name="level, exact")
    box.fill("50")
    box.press("Enter")
    knob = opened.root.get_by_role("group", name="level", exact=True)
    knob.get_by_role("alert").filter(has_text="RuntimeError: not this level").wait_for()
    notebook.execute("bench.unobserve(angry, 'stream')")
    opened.go_to(4)


def test_the_page_does_not_grow_over_ten_thousand_frames(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook("two_views.ipynb")
    bench, page = notebook.bench(), notebook.page
    session = page.context.new_cdp_session(page)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    notebook.execute("bench.stream = workbench.streams.RandomStream((30, 30), level=100.0, mean=127.0, dt=0.001, seed=2)")
    bench.wait("one.querySelector('canvas').width === 30")
    bench.root.get_by_role("combobox", name="speed").select_option("1000")
    bench.root.get_by_role("button", name="Play anyway").click()
    bench.wait("Number(one.dataset.frame) >= 1500", 60)
    before = heap()
    bench.wait("Number(one.dataset.frame) >= 11500", 120)
    after = heap()
    bench.key(" ")
    assert after - before < 20  # MB
