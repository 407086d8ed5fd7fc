"""Pictures for the player against the stream's own frames, put into bytes by a slow plain version."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from typing_extensions import override

from workbench.core.block import Block
from workbench.core.errors import EndOfStream, KnobError
from workbench.core.knob import Size
from workbench.core.stream import Stream
from workbench.streams import RandomStream, SequenceStream
from workbench.widgets import source
from workbench.widgets.player import MOST_BYTES, Order, channel_of, clamped, pictures

NOISE = RandomStream((20, 30), level=100.0, mean=127.0, seed=7)
RANGE = (77.0, 177.0)


def plain_bytes(stream: Stream, frame: int, shown: tuple[float, float]) -> np.ndarray:
    """One frame `(rows, columns, channels)` as bytes, in float64, the way the documentation says it."""
    values = stream.read(frame, frame + 1)[0, :, 0].numpy().astype(np.float64).transpose(1, 2, 0)
    share = (values - shown[0]) / (shown[1] - shown[0])
    return np.rint(np.clip(share, 0, 1) * 255).astype(int)


def as_array(found) -> np.ndarray:
    return np.frombuffer(found.data, np.uint8).reshape(found.count, found.rows, found.columns, found.channels).astype(int)


@pytest.mark.parametrize(("start", "count", "step"), [(0, 3, 1), (17, 9, 1), (5, 4, 16), (10**9, 2, 1)])
def test_pictures_are_the_frames_of_the_stream(start: int, count: int, step: int) -> None:
    found = pictures(NOISE, Order(start, count, step), RANGE)
    assert (found.start, found.step, found.count) == (start, step, count)
    for k, picture in enumerate(as_array(found)):
        assert np.abs(picture - plain_bytes(NOISE, start + k * step, RANGE)).max() <= 1  # float32 may round a tie over
        assert np.mean(picture != plain_bytes(NOISE, start + k * step, RANGE)) < 0.01


def test_reading_for_the_player_leaves_the_cursor_alone() -> None:
    noise = RandomStream((4, 5), seed=1)
    noise.seek(12)
    pictures(noise, Order(100, 5), (-0.5, 0.5))
    assert noise.position == 12


def test_the_share_clipped_is_counted() -> None:
    ramp = SequenceStream(np.arange(100.0).reshape(1, 10, 10))
    found = pictures(ramp, Order(0, 1), (10.0, 89.0))
    assert (found.clipped, found.total) == (20, 100)


def test_what_is_clipped_is_counted_for_each_picture_and_values_at_the_border_are_not() -> None:
    """Black and white at the ends of the range are within it, though they become the bytes 0 and 255."""
    rng = np.random.default_rng(4)
    values = rng.integers(0, 20, (6, 4, 5)).astype(float)
    values[0], values[1] = 5, 12
    found = pictures(SequenceStream(values), Order(0, 6), (5.0, 12.0))
    assert found.below == [int((frame < 5).sum()) for frame in values]
    assert found.above == [int((frame > 12).sum()) for frame in values]
    assert (found.below[:2], found.above[:2]) == ([0, 0], [0, 0])
    assert sum(found.below) + sum(found.above) == found.clipped
    calm = pictures(SequenceStream(values), Order(0, 6, step=2), (0.0, 19.0))
    assert (calm.below, calm.above, calm.clipped) == ([0] * 3, [0] * 3, 0)


def test_averaging_gives_the_mean_of_each_square_and_of_what_is_left_at_the_edge() -> None:
    frame = np.zeros((1, 5, 6))
    frame[0, :2, :2] = [[10, 20], [30, 40]]
    frame[0, 4, 4:] = [100, 200]
    found = pictures(SequenceStream(frame), Order(0, 1, shrink=2), (0.0, 255.0))
    assert (found.rows, found.columns, found.shrink) == (3, 3, 2)
    assert as_array(found)[0, :, :, 0].tolist() == [[25, 0, 0], [0, 0, 0], [0, 0, 150]]


def test_three_channels_are_colour_and_each_can_be_seen_alone() -> None:
    colour = np.zeros((1, 2, 2, 3))
    colour[0, 0, 1] = [255, 128, 7]
    film = SequenceStream(colour)
    assert as_array(pictures(film, Order(0, 1, channel=-1), (0.0, 255.0)))[0, 0, 1].tolist() == [255, 128, 7]
    assert as_array(pictures(film, Order(0, 1, channel=1), (0.0, 255.0)))[0, 0, 1].tolist() == [128]


def test_a_film_of_two_channels_is_shown_one_at_a_time() -> None:
    film = SequenceStream(np.stack([np.zeros((3, 2, 2)), np.ones((3, 2, 2))])[None])
    assert channel_of(film, -1) == 0
    assert as_array(pictures(film, Order(0, 1, channel=1), (0.0, 1.0))).max() == 255
    for channel in (-1, 2):
        with pytest.raises(KnobError, match="channel"):
            pictures(film, Order(0, 1, channel=channel), (0.0, 1.0))


@pytest.mark.parametrize(("start", "step", "count"), [(18, 1, 2), (19, 1, 1), (20, 1, 0), (0, 8, 3), (7, 8, 2)])
def test_an_order_past_the_end_gives_what_there_is(start: int, step: int, count: int) -> None:
    film = SequenceStream(np.zeros((20, 2, 2)))
    found = pictures(film, Order(start, 10, step), (0.0, 1.0))
    assert (found.count, found.length) == (count, 20)


def test_frames_that_are_no_longer_kept_are_refused() -> None:
    film = SequenceStream(np.zeros((20, 2, 2)), max_frames=20)
    film.put(np.zeros((5, 2, 2)))
    with pytest.raises(EndOfStream):
        pictures(film, Order(0, 1), (0.0, 1.0))
    assert clamped(film, 0) == 5
    assert clamped(film, 99) == 24


def test_an_answer_stays_small_and_a_frame_too_large_is_refused_before_it_is_read() -> None:
    found = pictures(RandomStream((1000, 1000), seed=1), Order(0, 200), (-0.5, 0.5))
    assert len(found.data) <= MOST_BYTES
    assert found.count == 4
    with pytest.raises(KnobError, match="not for a live preview"):
        pictures(RandomStream((60000, 60000), seed=1), Order(0, 1), (-0.5, 0.5))


class Decoded(Stream):
    """Twenty-five frames, known only once someone has come to their end."""

    size: Size = (2, 2)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    @property
    @override
    def counted(self) -> bool:
        return getattr(self, "_ended", False)

    @property
    @override
    def length(self) -> int:
        assert self.counted, "the player went through the whole film to count it"
        return 25

    @override
    def upto(self, start: int, stop: int) -> Block:
        self._keep(_ended=self.counted or stop > 25)
        return torch.zeros(1, 1, max(0, min(stop, 25) - start), *self.size)

    @override
    def read(self, start: int, stop: int) -> Block:
        return self.upto(start, stop)


def test_a_film_that_must_be_decoded_is_played_before_it_is_counted() -> None:
    film = Decoded()
    assert pictures(film, Order(0, 9), (0.0, 1.0)).length is None
    last = pictures(film, Order(20, 9), (0.0, 1.0))
    assert (last.count, last.length) == (5, 25)


def test_an_empty_film_has_no_pictures() -> None:
    found = pictures(SequenceStream(np.zeros((0, 4, 5))), Order(0, 2), (0.0, 1.0))
    assert (found.count, found.data) == (0, b"")


class TestSource:
    """The files of `js/` as one module."""

    def test_the_module_is_the_same_each_time_and_imports_nothing(self) -> None:
        text = source.module("bench.js")
        assert text == source.module("bench.js")
        lines = text.splitlines()
        assert not [line for line in lines if line.startswith("import ")]
        assert [line for line in lines if line.startswith("export ")] == ["export default {"]

    def test_every_file_is_in_a_page_and_never_twice(self) -> None:
        folder = Path(source.__file__).parent / "js"
        files = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.js")}
        pages = {name: source.module(name) for name in files if "/" not in name}
        assert {"bench.js", "frozen.js"} <= set(pages)
        for name, text in files.items():
            opening = text.splitlines()[1]
            times = [page.count(opening) for page in pages.values()]
            assert max(times) == 1, name
            assert name in pages or sum(times) > 0, name

    def test_a_javascript_engine_takes_it(self, tmp_path: Path) -> None:
        joined = tmp_path / "bench.mjs"
        joined.write_text(source.module("bench.js"), "utf-8")
        script = f"import bench from {joined.as_uri()!r}; process.stdout.write(typeof bench.render)"
        done = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
        assert done.stdout == "function"


def test_black_and_white_travels_as_bits_and_all_else_as_bytes() -> None:
    rng = np.random.default_rng(3)
    spikes = SequenceStream((rng.random((5, 3, 7)) < 0.2).astype(float))
    found = pictures(spikes, Order(0, 5), (0.0, 1.0))
    header, data = found.packed()
    assert (header["packed"], len(data)) == (True, -(-5 * 3 * 7 // 8))
    bits = np.unpackbits(np.frombuffer(data, np.uint8))[: 5 * 3 * 7].reshape(5, 3, 7)
    assert (bits == spikes.read(0, 5)[0, 0].numpy()).all()
    for other, shown in ((NOISE, RANGE), (spikes, (0.0, 2.0))):
        found = pictures(other, Order(0, 5), shown)
        header, data = found.packed()
        assert (header["packed"], data) == (False, found.data)
