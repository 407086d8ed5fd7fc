"""Rendered digits: files that torchvision reads, digits like MNIST's in what is known of those."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from torchvision.datasets import MNIST

from workbench import streams
from workbench.core.errors import DataMissing, KnobError
from workbench.datasets import idx, rendered_digits
from workbench.datasets.rendered import draw

# Of the 60 000 training digits, as is widely published (torchvision's own examples normalise by them).
MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered_digits(tmp_path_factory.mktemp("digits"), 600, seed=3)


def test_torchvision_reads_them(folder: Path) -> None:
    train, test = MNIST(folder, train=True, download=False), MNIST(folder, train=False, download=False)
    pictures, classes = draw(700, 3)
    np.testing.assert_array_equal(train.data.numpy(), pictures[:600])
    np.testing.assert_array_equal(test.data.numpy(), pictures[600:])
    np.testing.assert_array_equal(np.concatenate([train.targets, test.targets]), classes)


def test_the_files_are_idx(folder: Path) -> None:
    raw = folder / "MNIST" / "raw"
    pictures = (raw / "train-images-idx3-ubyte").read_bytes()
    assert struct.unpack(">4i", pictures[:16]) == (2051, 600, 28, 28)  # the magic numbers of MNIST's own page
    assert len(pictures) == 16 + 600 * 784
    classes = (raw / "t10k-labels-idx1-ubyte").read_bytes()
    assert struct.unpack(">2i", classes[:8]) == (2049, 100)
    assert len(classes) == 108


def test_they_are_as_bright_as_mnist() -> None:
    pictures, _ = draw(2000, 1)
    assert abs(pictures.mean() / 255 - MNIST_MEAN) < 0.02
    assert abs(pictures.std() / 255 - MNIST_DEVIATION) < 0.02


def test_their_ink_fits_the_box() -> None:
    pictures, _ = draw(1000, 2)
    for ink in pictures > 127:
        rows, columns = np.nonzero(ink.any(1))[0], np.nonzero(ink.any(0))[0]
        assert 16 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
        assert min(rows[0], columns[0]) >= 1
        assert max(rows[-1], columns[-1]) <= 26


def test_their_mass_is_in_the_middle() -> None:
    pictures, _ = draw(1000, 2)
    mass = pictures / pictures.sum((1, 2), keepdims=True)
    row = (mass.sum(2) * (np.arange(28) + 0.5)).sum(1)
    assert np.abs(row - 14).mean() < 1
    assert np.abs(row - 14).max() < 3


def test_classes_are_as_likely_as_each_other() -> None:
    _, classes = draw(5000, 4)
    counts = np.bincount(classes, minlength=10)
    chi_square = ((counts - 500) ** 2 / 500).sum()  # 9 degrees of freedom: mean 9, variance 18
    assert chi_square < 9 + 3 * np.sqrt(18)


def test_a_class_is_what_the_picture_shows() -> None:
    """The mean of each class in one set tells the classes of another apart, far better than chance."""
    (known, names), (new, truth) = draw(3000, 5), draw(1000, 6)
    means = np.stack([known[names == digit].mean(0) for digit in range(10)]).reshape(10, -1)
    flat = new.reshape(len(new), -1).astype(float)
    alike = flat @ means.T / np.linalg.norm(means, axis=1)
    assert (alike.argmax(1) == truth).mean() > 0.75


def test_no_two_are_alike() -> None:
    pictures, _ = draw(500, 7)
    assert len(np.unique(pictures.reshape(500, -1), axis=0)) == 500


def test_a_digit_hangs_on_seed_and_number_alone() -> None:
    np.testing.assert_array_equal(draw(1100, 8)[0][:30], draw(30, 8)[0])
    assert not np.array_equal(draw(30, 8)[0], draw(30, 9)[0])


def test_the_same_ones_are_not_drawn_again(tmp_path: Path) -> None:
    file = rendered_digits(tmp_path, 20) / "MNIST" / "raw" / "train-images-idx3-ubyte"
    written = file.stat().st_mtime_ns
    rendered_digits(str(tmp_path), 20)
    assert file.stat().st_mtime_ns == written
    rendered_digits(tmp_path, 20, seed=1)
    assert file.read_bytes()[16:] == draw(20, 1)[0].tobytes()


def test_real_digits_are_never_overwritten(tmp_path: Path) -> None:
    rendered_digits(tmp_path, 20)
    raw = tmp_path / "MNIST" / "raw"
    (raw / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x03\1\2\3")  # somebody put others in their place
    kept = (raw / "train-images-idx3-ubyte").read_bytes()
    with pytest.raises(KnobError, match="another folder"):
        rendered_digits(tmp_path, 30)
    assert (raw / "train-images-idx3-ubyte").read_bytes() == kept
    assert streams.MNISTStream(tmp_path).digits == "MNIST"


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered_digits(tmp_path, 20)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(idx, "write", full)
    with pytest.raises(DataMissing, match="No space left"):
        rendered_digits(tmp_path, 30)
    assert [path.name for path in (tmp_path / "MNIST").iterdir()] == ["raw"]
    assert len(streams.MNISTStream(tmp_path).buffer) == 20


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n": -1}, {"n": 1.5}, {"seed": -1}, {"seed": 2**64}])
def test_wrong_numbers_are_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(KnobError, match="rendered_digits"):
        rendered_digits(tmp_path, **wrong)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataMissing, match="give a folder"):
        rendered_digits(tmp_path / "file", 20)
