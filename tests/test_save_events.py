"""Films of events as files of events: other programs' reading of them, and the same frames back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import workbench
from workbench import FormatError, ShapeError, streams
from workbench.datasets import rendered_digits
from workbench.exporting.film import Film

NAMES = ("f.events.npy", "f.bin", "f.aedat", "F.EVENTS.NPY", "f.BIN")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> streams.PseudoNMNIST:
    return streams.PseudoNMNIST(str(rendered_digits(tmp_path_factory.mktemp("digits"), 30)), init=3)


def counted(path: Path) -> np.ndarray:
    """Frames of a file of events at 1 ms, (time, ON and OFF, height, width), by a plain reading of its bytes."""
    if path.name.lower().endswith(".events.npy"):
        events = np.load(path)
        t, x, y, p = (events[name] for name in "txyp")
    elif path.suffix.lower() == ".bin":  # 40 bits: x, y, polarity, µs
        numbers = [int.from_bytes(path.read_bytes()[k : k + 5]) for k in range(0, path.stat().st_size, 5)]
        x, y, p, t = (np.array([n >> at & mask for n in numbers]) for at, mask in ((32, 255), (24, 255), (23, 1), (0, 2**23 - 1)))
    else:  # AEDAT 2 of a DAVIS: address and µs, row 0 at the bottom
        body = path.read_bytes().split(b"#End Of ASCII Header\r\n")[1]
        address, t = np.frombuffer(body, ">u4").reshape(-1, 2).astype(np.int64).T
        x, y, p = address >> 12 & 1023, 479 - (address >> 22 & 511), address >> 11 & 1
    assert (np.diff(t.astype(np.int64)) >= 0).all()
    out = np.zeros((t.max() // 1000 + 1, 2, 34, 34))
    for when, row, column, on in zip(t // 1000, y, x, p, strict=True):
        out[when, 0 if on else 1, row, column] += 1
    return out


@pytest.mark.parametrize("name", NAMES)
def test_events_as_others_read_them_and_back(tmp_path: Path, digits: streams.PseudoNMNIST, name: str) -> None:
    wanted = digits.read(20, 360)
    path = workbench.save(digits, tmp_path / name, 20, 340, chunk=100)
    found = counted(path)
    assert np.array_equal(found, wanted[0].transpose(0, 1).numpy()[: len(found)])
    assert wanted[0, :, len(found) :].sum() == 0
    back = workbench.from_file(path)
    assert back == digits
    assert torch.equal(back.get(340), wanted)
    opened = streams.open(path, size=(34, 34))
    assert torch.equal(opened[:], wanted[:, :, : opened.length])


@pytest.mark.parametrize("name", NAMES)
def test_without_its_digits_the_file_is_the_film(tmp_path: Path, name: str) -> None:
    folder = rendered_digits(tmp_path / "digits", 30)
    film = streams.PseudoNMNIST(str(folder), output_size=(40, 44), init=3)
    wanted = film.read(20, 360)
    path = workbench.save(film, tmp_path / name, 20, 340)
    shutil.rmtree(folder)
    back = workbench.from_file(path)
    assert isinstance(back, streams.EventReader)
    assert (back.size, back.dt, back.t_zero) == ((40, 44), 0.001, 0.02)
    assert torch.equal(back[:], wanted[:, :, : back.length])


@pytest.mark.parametrize("name", NAMES[:3])
def test_counts_above_one_and_another_step(tmp_path: Path, name: str) -> None:
    counts = np.random.default_rng(1).poisson(0.3, (1, 2, 60, 30, 34)).astype(np.float32)
    path = workbench.save(streams.SequenceStream(counts, dt=0.0125), tmp_path / name, chunk=7)
    assert np.array_equal(streams.open(path, size=(30, 34), dt=0.0125)[:].numpy(), counts)
    back = workbench.from_file(path)
    assert np.array_equal(back[:].numpy(), counts)
    assert back.dt == 0.0125


@pytest.mark.parametrize("name", NAMES[:3])
def test_a_film_of_one_channel_has_on_events_alone(tmp_path: Path, name: str) -> None:
    lit = (np.random.default_rng(1).random((30, 28, 28)) < 0.1).astype(np.float32)
    on, off = streams.open(workbench.save(streams.SequenceStream(lit), tmp_path / name), size=(34, 34))[:][0].numpy()
    assert np.array_equal(on[:, :28, :28], lit)
    assert on.sum() == lit.sum()
    assert off.sum() == 0


@pytest.mark.parametrize("name", NAMES[:3])
def test_what_is_no_film_of_events(tmp_path: Path, name: str) -> None:
    for film in (streams.RandomStream((4, 5), seed=1), streams.SequenceStream(np.ones((9, 4, 5, 3)))):
        with pytest.raises(ShapeError, match="events"):
            workbench.save(film, tmp_path / name, frames=9)
    assert not list(tmp_path.iterdir())


def test_what_the_bits_do_not_hold(tmp_path: Path) -> None:
    lit = streams.SequenceStream(np.ones((3, 4, 300)))
    with pytest.raises(ShapeError, match=r"x = 0 … 299, is not in 0 … 255 .*write \.npy"):
        workbench.save(lit, tmp_path / "f.bin")
    late = streams.SequenceStream(np.ones((10, 2, 2)), dt=1.0)
    with pytest.raises(ShapeError, match="t = 0 … 9000000"):
        workbench.save(late, tmp_path / "f.bin")
    assert not list(tmp_path.iterdir())
    assert workbench.from_file(workbench.save(lit, tmp_path / "f.events.npy")).read(0, 3).sum() == 3600


def test_an_array_named_npy_stays_one(tmp_path: Path) -> None:
    ones = streams.SequenceStream(np.ones((3, 4, 5)))
    assert np.load(workbench.save(ones, tmp_path / "events.npy")).shape == (3, 4, 5)
    assert np.load(workbench.save(ones, tmp_path / "f.events.npy")).shape == (60,)


def test_other_events_beside_a_recipe_are_refused(tmp_path: Path, digits: streams.PseudoNMNIST) -> None:
    path = workbench.save(digits, tmp_path / "f.bin", frames=50)
    workbench.save(digits, tmp_path / "g.bin", 50, 50).replace(path)
    with pytest.raises((FormatError, workbench.RecipeError), match="its bytes"):
        workbench.from_file(path)
    assert Film.of(digits, 0, 50, None, None, "save").record["size"] == [34, 34]
