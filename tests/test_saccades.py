"""SaccadeStream: paths in closed form, interpolation against a plain float64 version and against ramps."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch

from workbench.core.errors import KnobError
from workbench.core.sequence import SequenceStream
from workbench.core.stream import Stream
from workbench.stimuli.eye_movements import brownian
from workbench.stimuli.noise import RandomStream
from workbench.streams import SaccadeStream, from_recipe


def still(picture: npt.NDArray[np.float64], frames: int) -> SequenceStream:
    return SequenceStream(np.broadcast_to(picture, (frames, *picture.shape)))


def plainly(picture: npt.NDArray[np.float64], top: float, left: float, size: tuple[int, int], outside: float) -> np.ndarray:
    """Bilinear interpolation, pixel by pixel."""

    def at(row: int, column: int) -> float:
        inside = 0 <= row < picture.shape[0] and 0 <= column < picture.shape[1]
        return picture[row, column] if inside else outside

    out = np.empty(size)
    for r in range(size[0]):
        for c in range(size[1]):
            y, x = r - top, c - left
            i, j = math.floor(y), math.floor(x)
            b, a = y - i, x - j
            near = (1 - a) * at(i, j) + a * at(i, j + 1)
            out[r, c] = (1 - b) * near + b * ((1 - a) * at(i + 1, j) + a * at(i + 1, j + 1))
    return out


# the triangle


def test_the_triangle_of_n_mnist() -> None:
    film = SaccadeStream(RandomStream((4, 5), seed=1))
    path = film.positions(0, 316)
    assert path[[0, 105, 210, 315]].tolist() == [[0, 0], [3.5, 7], [7, 0], [0, 0]]
    corners = np.array([[0, 0], [3.5, 7], [7, 0], [0, 0]])
    for side in range(3):
        u = (np.arange(105) / 105)[:, None]
        jerkless = corners[side] + (10 * u**3 - 15 * u**4 + 6 * u**5) * (corners[side + 1] - corners[side])
        np.testing.assert_allclose(path[105 * side : 105 * side + 105], jerkless, atol=1e-12)


def test_the_triangle_is_closed_continuous_and_at_rest_at_its_corners() -> None:
    path = SaccadeStream(RandomStream((4, 5), seed=1)).positions(0, 631)
    speed = np.hypot(*np.diff(path, axis=0).T)
    # s' is 1.875 at most: 1.875 × the longest side / 105 frames
    assert speed.max() <= 1.875 * math.hypot(3.5, 7) / 105
    assert speed[[0, 104, 105, 209, 210, 314, 315]].max() < 1e-3
    np.testing.assert_array_equal(path[315:], path[:316])
    lengths = speed[:105].sum(), speed[105:210].sum(), speed[210:315].sum()
    np.testing.assert_allclose(lengths, (math.hypot(3.5, 7), math.hypot(3.5, 7), 7), rtol=1e-9)
    assert 66 < sum(lengths[:1]) / 0.105 < 76  # px/s, as published


# the drift


def test_drift_is_brownian() -> None:
    paths = np.stack([brownian(0, 1001, seed) for seed in range(300)])  # (300, 1001, 2)
    for frame in (0, 1, 2, 3, 7, 64, 100, 513, 1000):
        here = paths[:, frame].ravel()
        assert abs(here.mean()) <= 3 * math.sqrt(frame / 600), frame
        assert abs(here.var() - frame) <= 3 * frame * math.sqrt(2 / 600), frame
    steps = np.diff(paths, axis=1)
    count = steps.size
    assert abs(steps.var() - 1) < 3 * math.sqrt(2 / count)
    assert abs((steps[:, 1:] * steps[:, :-1]).mean()) < 3 / math.sqrt(count)
    assert abs((steps[:, 64:] * steps[:, :-64]).mean()) < 3 / math.sqrt(count)
    assert abs((steps[..., 0] * steps[..., 1]).mean()) < 3 / math.sqrt(count / 2)
    # steps at the seams of halving are like all others
    assert abs(steps[:, [0, 1, 3, 7, 511, 512, 255, 256]].var() - 1) < 3 * math.sqrt(2 / (300 * 16))


def test_drift_has_its_diffusion_constant() -> None:
    """⟨r²⟩ = 4·D·t, in arcmin."""
    squares = []
    for seed in range(300):
        film = SaccadeStream(RandomStream((4, 5), 20.0, seed=1, dt=0.002), path="drift", diffusion=40.0, seed=seed)
        squares.append(((film.positions(500, 501) * 60 / 20) ** 2).sum())
    assert abs(np.mean(squares) - 4 * 40 * 1.0) < 3 * 160 / math.sqrt(300)  # r² is exponential: its deviation is its mean


def test_any_stretch_of_drift_is_the_same() -> None:
    whole = brownian(0, 3000, 5)
    for start, stop in ((0, 1), (1, 2), (511, 514), (1024, 1025), (999, 3000), (2047, 2049)):
        np.testing.assert_array_equal(brownian(start, stop, 5), whole[start:stop])
    assert np.isfinite(brownian(2**40, 2**40 + 3, 5)).all()


# the picture


@pytest.mark.parametrize("size", [(9, 12), (20, 21), (4, 3)])
@pytest.mark.parametrize("path", ["saccades", "drift"])
def test_moved_as_a_plain_loop_does_it(size: tuple[int, int], path: str) -> None:
    picture = np.random.default_rng(1).uniform(0, 100, (7, 8))
    film = SaccadeStream(still(picture, 60), size, path=path, duration=20, background=30.0, diffusion=4e5, seed=2)  # type: ignore[arg-type]
    sweep = 7 if path == "saccades" else 0
    blocks = film.read(0, 60)[0, 0].numpy()
    for frame in (0, 3, 10, 25, 47, 59):
        x, y = film.positions(frame, frame + 1)[0]
        top, left = (size[0] - 7 - sweep) / 2 + y, (size[1] - 8 - sweep) / 2 + x
        np.testing.assert_allclose(blocks[frame], plainly(picture, top, left, size, 30.0), rtol=1e-5, atol=1e-4)


def test_a_ramp_is_shifted_by_exactly_the_path() -> None:
    ramp = 2.0 * np.arange(40)[None] + 3.0 * np.arange(40)[:, None]
    film = SaccadeStream(still(ramp, 315), (20, 20))
    x, y = film.positions(0, 315).T
    middle = film.read(0, 315)[0, 0, :, 10, 10].numpy()
    np.testing.assert_allclose(middle, 2 * (10 - (20 - 47) / 2 - x) + 3 * (10 - (20 - 47) / 2 - y), rtol=1e-5)


def test_a_flat_film_on_its_own_background_stays_flat() -> None:
    film = SaccadeStream(still(np.full((5, 6), 0.7), 99), (8, 9), background=0.7, duration=11)
    assert (film.read(0, 99) == np.float32(0.7)).all()


def test_frames_move_with_their_numbers() -> None:
    source = RandomStream((9, 9), seed=3)
    film = SaccadeStream(source, (9, 9), amplitude=0.0)
    assert torch.equal(film.read(5, 50), source.read(5, 50))


def test_channels_and_batches_move_alike() -> None:
    block = torch.rand(2, 3, 40, 7, 8)
    moved = SaccadeStream(SequenceStream(block), (12, 13), duration=10).read(3, 40)
    for batch in range(2):
        for channel in range(3):
            alone = SequenceStream(block[batch : batch + 1, channel : channel + 1])
            assert torch.equal(SaccadeStream(alone, (12, 13), duration=10).read(3, 40)[0, 0], moved[batch, channel])


def test_pieces_are_the_whole() -> None:
    film = SaccadeStream(RandomStream((100, 120), seed=1), path="drift", diffusion=1e4, seed=2)
    whole = film.read(0, 120)  # more than is moved at a time
    assert torch.equal(torch.cat([film.read(0, 7), film.read(7, 90), film.read(90, 120)], 2), whole)


def test_the_input_stays_where_it_is() -> None:
    source = RandomStream((4, 5), seed=1)
    source.get(7)
    film = SaccadeStream(source)
    film.get(20)
    assert source.position == 7
    assert film.size == (4, 5)
    assert (film.dt, film.pixel_per_degree, film.length) == (source.dt, source.pixel_per_degree, None)
    assert from_recipe(film.recipe()) == film


class Clock(Stream):
    """A live source: every frame is its number."""

    size: tuple[int, int] = (2, 2)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001
    seekable = False

    def grab(self, count: int) -> torch.Tensor:
        return (torch.arange(count) + self.position).float().view(1, 1, -1, 1, 1).expand(1, 1, -1, 2, 2)

    def read(self, start: int, stop: int) -> torch.Tensor:
        raise NotImplementedError


def test_a_live_film_moves_as_it_comes() -> None:
    film = SaccadeStream(Clock(), amplitude=0.0)
    assert film.get(3)[0, 0, :, 0, 0].tolist() == [0, 1, 2]
    assert film.get(2)[0, 0, :, 0, 0].tolist() == [3, 4]


def test_wrong_paths_are_refused() -> None:
    with pytest.raises(KnobError, match="three saccades"):
        SaccadeStream(RandomStream((4, 5), seed=1), path="circle")  # type: ignore[arg-type]
