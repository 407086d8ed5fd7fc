"""Thumbnails: small enough, in colour where the film is, and paused where a wall of them would flash."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from workbench.core.errors import SeekError
from workbench.streams import Blank, ImageSequence, RandomStream, SequenceStream
from workbench.widgets.gallery.thumbnail import clip, is_calm
from workbench.widgets.worker import Cancelled, Ticket


def frames_of(stream) -> np.ndarray:
    made = clip(stream, Ticket())
    return np.frombuffer(made.data, np.uint8).reshape(made.count, made.rows, made.columns, made.channels)


def test_a_large_film_is_averaged_over_whole_squares(tmp_path) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    film = ImageSequence(str(tmp_path / "a.png"), size=None, is_color=True)
    wanted = picture[:, :399].reshape(100, 3, 133, 3, 3).mean((1, 3))
    small = frames_of(film)
    assert small.shape == (1, 100, 134, 3)
    assert np.abs(small[0, :, :133] - wanted).max() <= 0.51


def test_a_clip_of_large_colour_frames_is_shorter() -> None:
    film = SequenceStream(np.zeros((64, 120, 160, 3), np.uint8))
    assert frames_of(film).shape == (2**20 // (120 * 160 * 3), 120, 160, 3)


def test_the_clip_of_a_film_that_ends_has_its_frames() -> None:
    values = np.arange(5 * 4 * 6.0).reshape(5, 4, 6)
    assert np.abs(frames_of(SequenceStream(values))[..., 0] - values / 119 * 255).max() <= 0.501


def test_a_clip_leaves_the_cursor_alone_and_stops_when_it_is_given_up() -> None:
    film = RandomStream((4, 5), seed=1)
    film.seek(9)
    clip(film, Ticket())
    assert film.position == 9
    ticket = Ticket()
    ticket.cancel()
    with pytest.raises(Cancelled):
        clip(film, ticket)


def test_a_live_film_has_none() -> None:
    class Live(Blank):
        """Live."""

        seekable = False

        def read(self, start, stop):
            raise NotImplementedError

    with pytest.raises(SeekError, match="Live, is live"):
        clip(Live(), Ticket())


def flicker(*bytes_: int, rows: int = 30, columns: int = 40) -> np.ndarray:
    """Whole frames of these bytes."""
    return np.array(bytes_, np.uint8).reshape(-1, 1, 1, 1).repeat(rows, 1).repeat(columns, 2)


def test_what_flashes_more_than_three_times_a_second_is_not_calm() -> None:
    """At 15 frames a second, 4 × 4 CSS pixels to a pixel: 160 × 120 of a card's 176 × 190."""
    assert not is_calm(flicker(0, 255), 4)
    assert is_calm(flicker(*[0] * 8, *[255] * 8), 4)  # about once a second
    assert is_calm(flicker(100, 110), 4)  # a tenth of a tenth of white
    assert is_calm(flicker(0), 4)
    assert is_calm(flicker(), 4)


def test_the_seam_where_a_clip_begins_anew_counts() -> None:
    assert not is_calm(flicker(0, 255, 0, 255, 0), 4)
    assert is_calm(flicker(0), 4)


def test_a_quarter_of_what_a_card_covers_may_flash() -> None:
    still = flicker(0, 0, rows=30, columns=40)
    for columns, calm in ((17, True), (19, False)):  # of 30 × 4 by 4 px each: 8160 and 9120 of 176 × 190 / 4 = 8360 px²
        film = still.copy()
        film[1, :, :columns] = 255
        assert is_calm(film, 4) is calm
