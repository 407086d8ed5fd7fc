"""Makes the pictures in docs/pictures again: a real JupyterLab on the loopback, in headless Chromium.

`.venv/bin/python tools/pictures.py` makes all of them, `… bench` (or `gallery`, `playing`) some.
"""

from __future__ import annotations

import base64
import contextlib
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from matplotlib.cbook import get_sample_data
from PIL import Image

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import notebook  # noqa: E402 - found from the root of the clone
from tests.browser.lab import BenchOnPage, Notebook, chromium  # noqa: E402
from tests.browser.servers import jupyter_lab  # noqa: E402
from workbench.widgets.flash import flash_report  # noqa: E402

FOLDER: Final = ROOT / "docs/pictures"
BENCH: Final = """
import workbench
portrait = workbench.streams.ImageSequence("portrait.png", size=(110, 130), offset=(25, 45), repeat=10_000)
film = workbench.streams.SaccadeStream(portrait, size=(90, 110), seed=1)
film.seek(140)
workbench.bench(film, model=workbench.models.Retina(seed=1), output="ganglion_ON")
"""
GALLERY: Final = "import workbench\nworkbench.gallery()"
WIDE, HIGH = 1080, 2400  # px of the window
RATE: Final = 12.5  # pictures a second in the moving one
MOST_BYTES: Final = 1_500_000
THEMES: Final = {"": "JupyterLab Light", "_dark": "JupyterLab Dark"}
LAY_BARE: Final = """
.jp-InputArea, .jp-Cell-inputWrapper, .jp-OutputPrompt, .jp-OutputArea-promptOverlay,
.jp-Notebook-footer, .jp-Toolbar { display: none !important }
"""


@contextlib.contextmanager
def served() -> Iterator[Callable[[str], Notebook]]:
    """Gives what opens the notebook of a picture in a page."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        notebooks = place / "notebooks"
        notebooks.mkdir()
        draw_portrait(notebooks / "portrait.png")
        for name in DRAWN:
            (notebooks / f"{name}.ipynb").write_text(notebook([GALLERY if name == "gallery" else BENCH]))
        with jupyter_lab(place, notebooks) as port, chromium(place / "profile") as browser:
            yield lambda name: laid_bare(browser.new_page(), port, name)


def draw_portrait(path: Path) -> None:
    """Writes Grace Hopper's portrait (US Navy, public domain; comes with matplotlib), 240×205 px."""
    with get_sample_data("grace_hopper.jpg") as file, Image.open(file) as portrait:
        portrait.convert("L").resize((205, 240)).save(path)


def laid_bare(page: Any, port: int, name: str) -> Notebook:
    """Opens a notebook, and leaves nothing in the window but what its cell shows."""
    page.set_viewport_size({"width": WIDE, "height": HIGH})
    one = Notebook(page, port, f"{name}.ipynb", shows=".wb-gallery" if name == "gallery" else ".wb-bench")
    page.add_style_tag(content=LAY_BARE)
    page.evaluate("jupyterapp.shell.collapseLeft()")
    return one


def dress(page: Any, theme: str) -> None:
    """Gives JupyterLab a theme, and waits until it is on."""
    page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}})")
    page.wait_for_function(f"document.body.dataset.jpThemeName === '{theme}'")
    page.wait_for_timeout(1500)


def shoot(page: Any, root: Any, name: str) -> None:
    """Writes an element as PNGs, light and dark."""
    for suffix, theme in THEMES.items():
        dress(page, theme)
        page.mouse.move(1, 1)
        Image.open(io.BytesIO(root.screenshot())).convert("RGB").save(FOLDER / f"{name}{suffix}.png", optimize=True)
    dress(page, THEMES[""])


def prepared(one: Notebook) -> BenchOnPage:
    """Gives the bench with its film three times enlarged, and the model's range that of the present frame."""
    bench = one.bench()
    bench.root.get_by_role("combobox", name="zoom").select_option("3")
    bench.wait("one.querySelector('.wb-model')?.dataset.behind === 'false'")
    bench.root.get_by_role("group", name="range of the model").get_by_role("button").click()
    one.page.wait_for_timeout(1500)
    bench.wait("one.querySelector('.wb-model')?.dataset.behind === 'false'")
    return bench


def draw_bench(open_one: Callable[[str], Notebook]) -> None:
    """The bench with some of its views open."""
    one = open_one("bench")
    bench = prepared(one)
    bench.root.get_by_text("Views", exact=True).click()
    views = bench.root.get_by_role("group", name="views")
    for title in ("Mean and range", "Pixel traces", "Space–time slice"):
        views.get_by_role("button", name=title).click()
    for row, column in ((38, 45), (60, 60), (20, 100)):
        bench.root.get_by_role("textbox", name="row of the pixel").fill(str(row))
        bench.root.get_by_role("textbox", name="column of the pixel").fill(str(column))
        bench.root.get_by_role("button", name="Add", exact=True).click()
    one.page.wait_for_timeout(3000)
    shoot(one.page, bench.root, "bench")
    one.close()


def draw_gallery(open_one: Callable[[str], Notebook]) -> None:
    """The gallery, all its cards made."""
    one = open_one("gallery")
    root = one.page.locator(".wb-gallery")
    cards = "[...document.querySelectorAll('.wb-gallery canvas')]"
    one.page.wait_for_function(f"{cards}.every(card => card.dataset.frame !== undefined)")
    shoot(one.page, root, "gallery")
    one.close()


def draw_playing(open_one: Callable[[str], Notebook]) -> None:
    """The bench in use: play, a knob turned, the model following. Real screenshots, at their own times."""
    one = open_one("playing")
    bench = prepared(one)
    box, drawers = bench.root.bounding_box(), bench.root.locator(".wb-drawer").first.bounding_box()
    one.page.set_viewport_size({"width": WIDE, "height": round(drawers["y"]) + 40})  # a small page is painted more often
    one.page.wait_for_timeout(1000)
    seen = Screencast(one.page, box | {"height": drawers["y"] - box["y"]})
    use(bench)
    pictures = seen.close()
    one.close()
    refuse_flashes(pictures)
    write_moving(pictures, FOLDER / "playing.webp")


def use(bench: BenchOnPage) -> None:
    """Plays, and drags a knob meanwhile."""
    bench.root.get_by_role("button", name="Play", exact=True).click()
    bench.page.wait_for_timeout(800)
    slider = bench.root.get_by_role("slider", name="amplitude (px)")
    box = slider.bounding_box()
    at = float(slider.evaluate("one => (one.value - one.min) / (one.max - one.min)"))
    mouse = bench.page.mouse
    mouse.move(*_on(box, at))
    mouse.down()
    for share in np.linspace(at, 0.36, 8):
        mouse.move(*_on(box, share))
        bench.page.wait_for_timeout(50)
    mouse.up()
    bench.page.wait_for_timeout(2000)


def _on(slider: dict[str, float], share: float) -> tuple[float, float]:
    """Where the thumb of a slider is."""
    half = slider["height"] / 2
    return slider["x"] + half + share * (slider["width"] - 2 * half), slider["y"] + half


class Screencast:
    """What Chromium paints of a box of the page, with the times."""

    def __init__(self, page: Any, box: dict[str, float]) -> None:
        self._crop = tuple(round(one) for one in (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]))
        self._painted: list[tuple[float, bytes]] = []
        self._line = page.context.new_cdp_session(page)
        self._line.on("Page.screencastFrame", self._take)
        self._line.send("Page.startScreencast", {"format": "jpeg", "quality": 90})

    def _take(self, news: dict[str, Any]) -> None:
        self._painted.append((news["metadata"]["timestamp"], base64.b64decode(news["data"])))
        self._line.send("Page.screencastFrameAck", {"sessionId": news["sessionId"]})

    def close(self) -> list[Image.Image]:
        """Gives what was on the screen at each picture's time."""
        self._line.remove_listener("Page.screencastFrame", self._take)
        self._line.send("Page.stopScreencast")
        times = np.array([time for time, _ in self._painted])
        wanted = np.arange(times[0], times[-1], 1 / RATE)
        which = np.searchsorted(times, wanted, side="right") - 1
        print(f"{len(times)} painted in {times[-1] - times[0]:.1f} s, {len(set(which))} of {len(which)} pictures are new")
        return [Image.open(io.BytesIO(self._painted[k][1])).convert("RGB").crop(self._crop) for k in which]


def refuse_flashes(pictures: list[Image.Image]) -> None:
    """Holds the moving picture to what the bench itself allows."""
    grey = torch.from_numpy(np.stack([np.asarray(one.convert("L"), np.float32) for one in pictures]))
    report = flash_report(grey[None, None], 1 / RATE, 1, (0.0, 255.0))
    if report.risky:
        sys.exit(f"It flashes: {report}")


def write_moving(pictures: list[Image.Image], path: Path) -> None:
    """Writes an animated WebP, as good as fits."""
    for quality in (80, 70, 60, 50, 40):
        first, *others = pictures
        first.save(path, save_all=True, append_images=others, duration=round(1000 / RATE), loop=0, quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            print(f"{path.name}: {len(pictures)} pictures, {path.stat().st_size / 1e6:.2f} MB at quality {quality}")
            return
    sys.exit(f"{path.name} is larger than {MOST_BYTES / 1e6} MB.")


DRAWN: Final = {"bench": draw_bench, "gallery": draw_gallery, "playing": draw_playing}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with served() as opener:
        for wanted in sys.argv[1:] or DRAWN:
            DRAWN[wanted](opener)
