"""The gallery in a real browser: cards that show the streams' own frames, files through the real input, a bench for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from .conftest import DELAY
from .lab import BenchOnPage, Notebook, slow_line

pytestmark = pytest.mark.browser

DIVERGING = ["0b2f66", "2166ac", "92c5de", "f7f7f7", "f4a582", "b2182b", "670a1f"]
SAVE = "import numpy; numpy.savez({path!r}, **{{k: s.read(0, 64)[0, 0] for k, s in gallery.streams.items()}})"
RANGES = "import numpy; numpy.savez({path!r}, **{{k: s.value_range for k, s in gallery.streams.items()}})"
SHOWN = """card => {
  const canvas = card.querySelector('canvas');
  const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [Number(canvas.dataset.frame), height, width, Array.from(data)];
}"""


class GalleryOnPage:
    """A gallery as a person meets it."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = self.page.get_by_role("region", name="gallery")
        self.files = self.root.locator("input[type=file]")

    def card(self, name: str) -> Any:
        return (
            self.root.get_by_role("listitem")
            .filter(has=self.page.locator("strong", has_text=name))
            .filter(has=self.page.get_by_text(name, exact=True))
        )

    def shown(self, name: str) -> tuple[int, np.ndarray]:
        """The frame that a card shows, by its number and as `(rows, columns, 3)`."""
        frame, rows, columns, data = self.card(name).evaluate(SHOWN)
        return frame, np.array(data).reshape(rows, columns, 4)[..., :3]

    def wait(self, name: str, condition: str) -> None:
        """Waits until a condition holds for a card's canvas, called `one`."""
        handle = self.card(name).locator("canvas").element_handle()
        self.page.wait_for_function(f"one => {condition}", arg=handle, timeout=20_000)

    def open(self, name: str) -> BenchOnPage:
        self.card(name).get_by_role("button").first.click()
        bench = self.notebook.bench()
        bench.wait("one.dataset.frame !== ''")
        return bench

    def back(self) -> None:
        self.root.get_by_role("button", name="Back to all streams").click()
        self.root.get_by_role("list").wait_for()


@pytest.fixture(scope="module")
def gallery(open_notebook: Callable[..., Notebook]) -> Iterator[GalleryOnPage]:
    gallery = GalleryOnPage(open_notebook("all_streams.ipynb", shows=".wb-card"))
    gallery.page.mouse.move(2, 2)
    yield gallery
    gallery.notebook.execute("gallery.close()")


def colours(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """What a screen shows of values, in float64: grey, or blue over white to red where they have both signs."""
    signed = low < 0 < high
    if signed:
        low, high = -max(-low, high), max(-low, high)
    share = np.rint(np.clip((values.astype(np.float64) - low) / (high - low), 0, 1) * 255) / 255
    if not signed:
        return np.repeat(share[..., None] * 255, 3, -1)
    anchors = np.array([[int(one[k : k + 2], 16) for k in (0, 2, 4)] for one in DIVERGING])
    return np.stack([np.interp(share * 6, range(7), anchors[:, k]) for k in range(3)], -1)


def test_every_card_shows_frames_of_its_stream_and_moves(gallery: GalleryOnPage, tmp_path: Path) -> None:
    films, ranges = str(tmp_path / "films.npz"), str(tmp_path / "ranges.npz")
    gallery.notebook.execute(SAVE.format(path=films))
    gallery.notebook.execute(RANGES.format(path=ranges))
    frames, limits = np.load(films), np.load(ranges)
    assert len(frames.files) == gallery.root.get_by_role("listitem").count() >= 17
    for name in frames.files:
        gallery.card(name).scroll_into_view_if_needed()
        gallery.wait(name, "one.dataset.frame !== undefined")
        frame, pixels = gallery.shown(name)
        wanted = colours(frames[name][frame], *limits[name])
        assert pixels.shape == wanted.shape
        assert np.abs(pixels - wanted).max() <= 4, name  # one byte, where float32 rounds a tie over, is up to 3.4 in colour
        if gallery.card(name).get_by_text("flashes", exact=True).count():
            assert frame == 32
        else:
            gallery.wait(name, f"one.dataset.frame !== '{frame}'")


def test_what_flashes_plays_only_under_the_pointer_or_the_focus(gallery: GalleryOnPage) -> None:
    noise = gallery.card("RandomStream")
    noise.get_by_text("flashes", exact=True).wait_for()
    assert gallery.shown("RandomStream")[0] == 32
    for begin, end in ((noise.hover, lambda: gallery.page.mouse.move(2, 2)), (noise.get_by_role("button").focus, blur(gallery))):
        begin()
        gallery.wait("RandomStream", "one.dataset.frame !== '32'")
        end()
        gallery.wait("RandomStream", "one.dataset.frame === '32'")


def blur(gallery: GalleryOnPage) -> Callable[[], None]:
    return lambda: gallery.page.evaluate("document.activeElement.blur()")


def test_reduced_motion_is_honoured(gallery: GalleryOnPage) -> None:
    gallery.page.emulate_media(reduced_motion="reduce")
    gallery.wait("SequenceStream", "one.dataset.frame === '32'")
    gallery.page.wait_for_timeout(400)
    assert gallery.shown("SequenceStream")[0] == 32
    gallery.card("SequenceStream").hover()
    gallery.wait("SequenceStream", "one.dataset.frame !== '32'")
    gallery.page.mouse.move(2, 2)
    gallery.page.emulate_media(reduced_motion="no-preference")


def test_a_card_opens_and_closes_by_the_keyboard_alone(gallery: GalleryOnPage) -> None:
    gallery.card("Blank").get_by_role("button").focus()
    gallery.page.keyboard.press("Tab")
    assert focused(gallery).startswith("NumpyReader")
    gallery.page.keyboard.press("Shift+Tab")
    gallery.page.keyboard.press("Enter")
    bench = gallery.notebook.bench()
    bench.wait("one.dataset.frame !== ''")
    assert (bench.pixels()[..., :3] == 0).all()
    assert gallery.root.get_by_role("listitem").count() == 0  # out of sight
    assert focused(gallery) == "Back to all streams"
    gallery.page.keyboard.press("Enter")
    gallery.page.locator(".wb-bench").wait_for(state="detached")
    assert focused(gallery).startswith("Blank")


def focused(gallery: GalleryOnPage) -> str:
    return str(gallery.page.evaluate("document.activeElement.textContent"))


def test_files_from_the_browser_are_shown_as_they_are(gallery: GalleryOnPage, tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    film = chance.normal(size=(300, 60, 80)).astype(np.float32)  # 5.8 MB: several pieces
    np.save(tmp_path / "film.npy", film)
    Image.fromarray(chance.integers(0, 256, (30, 50, 3), dtype=np.uint8)).save(tmp_path / "größe 1.png")
    record(tmp_path / "short.mkv")
    gallery.files.set_input_files([tmp_path / name for name in ("film.npy", "größe 1.png", "short.mkv")])
    for name in ("film.npy", "größe_1.png", "short.mkv"):
        gallery.wait(name, "one.dataset.frame !== undefined")
        bench = gallery.open(name)
        low, high = bench.range()
        for frame in (0, 7) if "png" not in name else (0,):
            bench.go_to(frame)
            gallery.page.wait_for_timeout(200)
            wanted = colours(read(tmp_path, name, frame, film), low, high)
            assert np.abs(bench.pixels()[..., :3] - wanted).max() <= (4 if low < 0 else 0.67), name
        gallery.back()
    gallery.root.get_by_role("button", name="Remove film.npy").click()
    gallery.card("film.npy").wait_for(state="detached")


def record(file: Path) -> None:
    with av.open(file, "w") as made:
        track = made.add_stream("ffv1", rate=25)
        track.width, track.height, track.pix_fmt = 64, 48, "gray"
        for k in range(12):
            picture = np.full((48, 64), 10 * k, np.uint8)
            picture[:, 5 * k : 5 * k + 4] = 255
            made.mux(track.encode(av.VideoFrame.from_ndarray(picture, "gray")))
        made.mux(track.encode(None))


def read(folder: Path, name: str, frame: int, film: np.ndarray) -> np.ndarray:
    """A frame of a file as numpy, Pillow or PyAV read it."""
    if name == "film.npy":
        return film[frame]
    if name == "short.mkv":
        with av.open(folder / name) as made:
            return [one.to_ndarray(format="gray") for one in made.decode(video=0)][frame]
    return np.array(Image.open(folder / "größe 1.png")).astype(np.float64).mean(-1)


def test_files_dropped_over_a_slow_line_come_whole_and_faults_are_told(lab: int, open_notebook: Callable[..., Notebook]) -> None:
    with slow_line(lab, DELAY) as line:
        gallery = GalleryOnPage(open_notebook("all_streams.ipynb", line.port, shows=".wb-card"))
        held = gallery.page.evaluate_handle(
            """() => {
              const drop = new DataTransfer();
              const head = 'P5 1400 1600 255\\n';
              const body = new Uint8Array(1400 * 1600).map((_, k) => k % 251);
              drop.items.add(new File([head, body], 'large.pgm'));
              drop.items.add(new File(['hello'], 'letter.docx'));
              return drop;
            }"""
        )
        gallery.root.get_by_role("list").dispatch_event("drop", {"dataTransfer": held})
        gallery.card("letter.docx").get_by_text("'.docx', is not one of").wait_for()
        gallery.wait("large.pgm", "one.dataset.frame !== undefined")
        gallery.root.get_by_role("status").filter(has_text="letter.docx").wait_for()
        assert gallery.card("letter.docx").get_by_role("button").first.is_disabled()
        small = (np.arange(1400 * 1600) % 251).reshape(1600, 1400)[:1596].reshape(114, 14, 100, 14).mean((1, 3))
        assert np.abs(gallery.shown("large.pgm")[1][:114, :, 0] - small).max() <= 0.51
        gallery.notebook.execute("gallery.close()")
        gallery.page.close()


def test_everything_in_the_gallery_has_a_name(gallery: GalleryOnPage) -> None:
    nameless = "all => all.filter(one => !one.getAttribute('aria-label') && !one.textContent.trim()).map(one => one.outerHTML)"
    assert gallery.root.locator("button, [role=group], li").evaluate_all(nameless) == []
    tree = gallery.root.aria_snapshot()
    assert 'button "Blank Endless black: every pixel 0."' in tree.replace("'", "")
    assert 'group "your own files"' in tree
