"""Pixel values → bytes → pictures."""

from __future__ import annotations

import base64
import html
import io
import re
from dataclasses import KW_ONLY
from typing import Annotated

import numpy as np
import pytest
import torch
from PIL import Image
from typing_extensions import override

from workbench.core import pixels
from workbench.core.block import Block
from workbench.core.errors import ShapeError
from workbench.core.knob import Knob, PixelPerDegree, Seconds, Size, TimeStep
from workbench.core.stream import Stream
from workbench.streams import Blank, RandomStream, SequenceStream


class Titled(Stream):
    """Black under any title."""

    title: Annotated[str, Knob(meaning="what stands above it")] = ""
    size: Size = (4, 5)
    pixel_per_degree: PixelPerDegree = 10.0
    _: KW_ONLY
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.zeros(1, 1, stop - start, *self.size)


def picture_in(page: str) -> Image.Image:
    (data,) = re.findall('src="data:image/png;base64,([^"]*)"', page)
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


def test_every_byte_is_itself() -> None:
    film = torch.arange(256.0).view(1, 1, 1, 16, 16)
    found, clipped = pixels.to_bytes(film, (0.0, 255.0))
    assert found.dtype == np.uint8
    assert found.shape == (1, 16, 16, 1)
    assert found.ravel().tolist() == list(range(256))
    assert clipped == 0


@pytest.mark.parametrize(
    "value_range", [(0.0, 1.0), (-2.0, 3.0), (77.0, 177.0), (999.95, 1000.05), (-1e-38, 1e-38), (-1e38, 1e38)]
)
def test_any_range_is_spread_over_all_bytes(value_range: tuple[float, float]) -> None:
    low, high = value_range
    values = np.linspace(low, high, 511)
    kept = values.astype(np.float32).astype(float)
    ends = np.float32([low, high]).astype(float)
    exact = (kept - ends[0]) / (ends[1] - ends[0]) * 255
    found, clipped = pixels.to_bytes(torch.tensor(values, dtype=torch.float32).view(1, 1, 511, 1, 1), value_range)
    assert clipped == 0
    assert np.abs(found.ravel() - exact).max() <= 0.5 + 1e-3
    assert found.min() == 0
    assert found.max() == 255


def test_what_is_clipped_is_counted() -> None:
    film = torch.tensor([-0.1, 0.0, 0.5, 1.0, 1.1, torch.nan, torch.inf, -torch.inf]).view(1, 1, 8, 1, 1)
    found, clipped = pixels.to_bytes(film, (0.0, 1.0))
    assert found.ravel().tolist() == [0, 0, 128, 255, 255, 0, 255, 0]
    assert clipped == 5


def test_channels_come_last_and_the_first_batch_is_shown() -> None:
    film = torch.stack([torch.zeros(3, 2, 4, 5), torch.ones(3, 2, 4, 5)])
    film[0, 1] = 1
    found, _ = pixels.to_bytes(film, (0.0, 1.0))
    assert found.shape == (2, 4, 5, 3)
    assert (found == [0, 255, 0]).all()
    with pytest.raises(ShapeError, match=r"\(4, 5\)"):
        pixels.to_bytes(torch.zeros(4, 5), (0.0, 1.0))


def test_a_range_of_no_width() -> None:
    assert pixels.to_bytes(torch.full((1, 1, 1, 2, 2), 3.0), (3.0, 3.0))[1] == 0
    assert pixels.display_range((0.0, 0.0)) == (0.0, 1.0)
    assert pixels.display_range((-3.0, 1.0)) == (-3.0, 3.0)
    assert pixels.display_range((-3.0, 0.0)) == (-3.0, 0.0)


def test_measured() -> None:
    assert pixels.measured(torch.tensor([2.0, -1.0, 4.0])) == (-1.0, 4.0)
    assert pixels.measured(torch.tensor([torch.nan, 2.0, torch.inf])) == (2.0, 2.0)
    assert pixels.measured(torch.zeros(0)) == pixels.measured(torch.tensor([torch.nan])) == (0.0, 1.0)


def test_the_strip_shows_the_frames_in_order() -> None:
    film = np.zeros((3, 2, 4, 1), np.uint8)
    film[0, 0, 0], film[1], film[2, 1, 3] = 255, 100, 200
    shown = np.asarray(Image.open(io.BytesIO(pixels.strip(film))).convert("RGBA"))
    zoom = shown.shape[0] // 2
    assert zoom > 1
    for k in range(3):
        left = k * (4 * zoom + 4)
        frame = shown[zoom // 2 :: zoom, left + zoom // 2 : left + 4 * zoom : zoom]
        assert np.array_equal(frame[..., 0], film[k, ..., 0])
        assert (frame[..., 3] == 255).all()


def test_colour_stays_colour_and_two_channels_show_the_first() -> None:
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[..., 0] = 255
    assert Image.open(io.BytesIO(pixels.strip(red))).getpixel((0, 0)) == (255, 0, 0, 255)
    assert Image.open(io.BytesIO(pixels.strip(red[..., :2]))).getpixel((0, 0))[:3] == (255, 255, 255)


def test_large_frames_are_shrunk() -> None:
    large = np.zeros((2, 1000, 1500, 1), np.uint8)
    large[0] = 80
    shown = Image.open(io.BytesIO(pixels.strip(large)))
    assert max(shown.size) < 500
    assert shown.getpixel((5, 5))[0] == 80


def test_the_page_of_a_stream() -> None:
    film = RandomStream((4, 5), seed=3)
    film.seek(7)
    page = film._repr_html_()
    assert "RandomStream(size=(4, 5), seed=3)" in page
    assert "endless of 4×5, dt 0.001 s, 10 px/deg, frame 7" in page
    assert 'alt="frames 7 to 14"' in page
    assert picture_in(page).size[0] > picture_in(page).size[1]
    assert film.position == 7


def test_the_page_is_escaped() -> None:
    title = "\"><script>alert(1)</script>&'<img src=x onerror=alert(1)>"
    page = Titled(title)._repr_html_()
    assert "<script" not in page
    assert page.count("<img") == 1
    assert html.escape(repr(Titled(title))) in page
    assert picture_in(page).format == "PNG"


def test_pages_without_frames() -> None:
    assert "no frames" in SequenceStream()._repr_html_()
    assert "too large to show" in Blank((60_000, 60_000))._repr_html_()
    film = SequenceStream(np.zeros((20, 4, 5)), max_frames=20)
    film.put(np.ones((5, 4, 5)))
    assert 'alt="frames 5 to 12"' in film._repr_html_()
    film.seek(25)
    assert 'alt="frames 24 to 24"' in film._repr_html_()
    assert picture_in(SequenceStream(np.full((3, 4, 5), np.nan))._repr_html_()).format == "PNG"
