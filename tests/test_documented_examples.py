"""The documented examples of the earlier package, as a user would type them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import workbench as convis

PETS = ("cat", "dog", "parrot")


def fur(name: str) -> np.ndarray:
    return np.random.default_rng(PETS.index(name)).integers(0, 256, (60, 80, 3), np.uint8)


def grey(name: str) -> np.ndarray:
    return (fur(name).sum(2, dtype=float) / 3).astype(np.float32)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in PETS:
        Image.fromarray(fur(name)).save(f"{name}.png")
    for k in (1, 2, 10):
        Image.fromarray(np.full((60, 80), k, np.uint8)).save(f"frame_{k}.png")


@pytest.mark.usefixtures("pictures")
def test_a_crop_of_a_picture() -> None:
    inp = convis.streams.ImageSequence("cat.png", repeat=100, size=(10, 10), offset=(10, 50))
    frames = convis.to_numpy(inp.get(100))
    assert frames.shape == (100, 10, 10)
    np.testing.assert_array_equal(frames, np.broadcast_to(grey("cat")[10:20, 50:60], frames.shape))


@pytest.mark.usefixtures("pictures")
def test_five_hundred_frames_of_one_picture() -> None:
    listed = convis.streams.ImageSequence(["cat.png"] * 500)
    repeated = convis.streams.ImageSequence("cat.png", repeat=500)
    for inp in (listed, repeated):
        frames = convis.to_numpy(inp.get(100))
        np.testing.assert_array_equal(frames, np.broadcast_to(grey("cat")[5:55, 15:65], (100, 50, 50)))
        assert inp.i == 100
        assert inp.get(500).shape == (1, 1, 400, 50, 50)
        with pytest.raises(convis.EndOfStream):
            inp.get(1)


@pytest.mark.usefixtures("pictures")
def test_pictures_by_a_wildcard() -> None:
    inp = convis.streams.ImageSequence("frame_*.png", repeat=10)
    values = convis.to_numpy(inp.get(100))[:, 0, 0]
    assert values.tolist() == [1] * 10 + [2] * 10 + [10] * 10


@pytest.mark.usefixtures("pictures")
def test_pictures_by_a_list() -> None:
    inp = convis.streams.ImageSequence(["cat.png", "dog.png", "parrot.png"], repeat=200)
    assert len(inp) == 600
    for name in PETS:
        frames = convis.to_numpy(inp.get(200))
        np.testing.assert_array_equal(frames, np.broadcast_to(grey(name)[5:55, 15:65], frames.shape))


@pytest.mark.usefixtures("pictures")
def test_pictures_in_colour() -> None:
    inp = convis.streams.ImageSequence("cat.png", is_color=True)
    block = inp.get(1)
    assert block.shape == (1, 3, 1, 50, 50)
    np.testing.assert_array_equal(convis.to_numpy(block)[0], fur("cat")[5:55, 15:65])


def test_noise_between_the_documented_levels() -> None:
    inp = convis.streams.RandomStream((20, 20), mean=127, level=100.0)
    frames = convis.to_numpy(inp.get(1000))
    assert frames.shape == (1000, 20, 20)
    assert 77 <= frames.min() < 77.1
    assert 176.9 < frames.max() <= 177
    assert abs(frames.mean() - 127) < 5 * 100 / np.sqrt(12 * frames.size)  # five standard errors


def test_a_film_made_by_numpy() -> None:
    x = np.ones((200, 50, 50))
    x[:, 10, :] = 0.0
    x[:, 20, :] = 0.0
    x[:, 30, :] = 0.0
    x *= np.sin(np.linspace(0.0, 12.0, x.shape[0]))[:, None, None]
    x += np.sin(np.linspace(0.0, 12.0, x.shape[1]))[None, :, None]
    inp = convis.streams.SequenceStream(x)
    np.testing.assert_array_equal(convis.to_numpy(inp.get(100)), x[:100].astype(np.float32))
    np.testing.assert_array_equal(convis.to_numpy(inp.get(200)), x[100:].astype(np.float32))


@pytest.fixture
def figures() -> Iterator[None]:
    """The figures of an example, closed again."""
    yield
    plt.close("all")


@pytest.mark.usefixtures("figures")
def test_a_run_of_the_retina_and_its_plot() -> None:
    model = convis.models.Retina()
    inp = convis.streams.RandomStream((20, 20), mean=127, level=100.0)
    o = model.run(inp, dt=100, max_t=1000)
    assert o[0].shape == (1, 1, 1000, 20, 20)
    assert inp.position == 1000
    assert set(np.unique(o[0])) == {0.0, 1.0}
    convis.plot(o[0])
    assert plt.gcf().axes[0].lines


@pytest.mark.usefixtures("figures")
def test_a_film_made_by_numpy_plotted() -> None:
    x = np.ones((200, 50, 50))
    x[:, 10, :] = 0.0
    x *= np.sin(np.linspace(0.0, 12.0, x.shape[0]))[:, None, None]
    inp = convis.streams.SequenceStream(x)
    convis.plot(inp.get(100))
    means = next(line for line in plt.gca().lines if line.get_label() == "mean")
    np.testing.assert_allclose(means.get_ydata(), x[:100].mean((1, 2)), atol=1e-6)


@pytest.mark.usefixtures("figures", "pictures")
def test_pictures_plotted() -> None:
    for inp in (
        convis.streams.ImageSequence(["cat.png"] * 500),
        convis.streams.ImageSequence("cat.png", repeat=500),
        convis.streams.ImageSequence("frame_*.png", repeat=10),
        convis.streams.ImageSequence(["cat.png", "dog.png", "parrot.png"], repeat=200),
    ):
        convis.plot(inp.get(100))
    assert len(plt.get_fignums()) == 4


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize(("name", "how"), [("MNISTStream", {}), ("PoissonMNISTStream", {"fr": 0.20})])
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_digits_plotted(name: str, how: dict[str, float], tmp_path: Path) -> None:
    convis.datasets.rendered_digits(tmp_path)
    stream = getattr(convis.streams, name)(str(tmp_path), rep=20, **how)
    first = stream.get(500)
    convis.plot(first)
    plt.gcf().show()
    convis.plot(stream.get(500))
    plt.gcf().show()
    stream.reset()  # returning to the start
    again = stream.get(500)
    convis.plot(again)
    plt.gcf().show()
    assert (first == again).all()
    assert len(plt.get_fignums()) == 3


@pytest.mark.usefixtures("figures")
def test_n_mnist_plotted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    convis.datasets.rendered_digits("../data/", 100)
    n = convis.streams.PseudoNMNIST()
    events = n.get(200)
    convis.plot(events)
    assert events.shape == (1, 2, 200, 34, 34)
    assert events.unique().tolist() == [0, 1]
    assert plt.gcf().axes


def test_the_neuromorphic_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    convis.datasets.rendered_digits("../data", 100)
    stream = convis.streams.MNISTStream("../data", rep=10)
    model = convis.filters.spiking.Poisson()
    stream2 = convis.streams.ProcessingStream(stream, model, pre=lambda x: 0.1 * x)
    digits, spikes = stream.read(0, 2000), stream2.get(2000)
    assert spikes.unique().tolist() == [0, 1]
    assert spikes[digits == 0].sum() == 0
    p = 0.1 * digits.double()
    assert abs(spikes.sum() - p.sum()) < 3 * (p * (1 - p)).sum().sqrt()


@pytest.mark.usefixtures("figures")
def test_a_video_in_colour_shows_three_channels(tmp_path: Path) -> None:
    with convis.streams.VideoWriter(str(tmp_path / "input.avi"), size=(48, 64), codec="MJPG") as out:
        out.put(np.full((30, 48, 64, 3), (200.0, 100.0, 50.0)))
    vid_in = convis.streams.VideoReader(str(tmp_path / "input.avi"), size=(48, 64), mode="rgb")
    rows = convis.plot_tensor(vid_in.get(5000))  # shows three channels
    assert rows.shape == (1, 4)  # in colour, and red, green and blue alone
    means = [next(line for line in axes.lines if line.get_label() == "mean").get_ydata() for axes in rows[0, 1:]]
    np.testing.assert_allclose(np.mean(means, 1), (200, 100, 50), atol=4)


def test_a_retina_sees_two_thousand_frames_of_a_video(tmp_path: Path) -> None:
    with convis.streams.VideoWriter(str(tmp_path / "some_video.avi"), size=(20, 24), codec="MJPG") as out:
        out.put(np.random.default_rng(1).uniform(0, 255, (90, 20, 24)))
    vid_in = convis.streams.VideoReader(str(tmp_path / "some_video.avi"), size=(20, 24), mode="mean")
    retina = convis.models.Retina()
    with pytest.warns(convis.models.StepWarning, match="TimedResampleStream"):
        o = retina.run(vid_in, dt=200, max_t=2000)  # what there is of 2000 frames
    assert o[0].shape == (1, 1, 90, 20, 24)
    assert o.dt == pytest.approx(1 / 24)


@pytest.fixture
def some_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """1100 frames of 240×320, the colour of each its number."""
    monkeypatch.chdir(tmp_path)
    time = np.arange(1100)
    colours = np.stack([time % 200 + 20, 220 - time % 200, 0 * time + 90], axis=1).astype(np.float32)
    with convis.streams.VideoWriter("some_video.mp4", size=(240, 320), codec="X264") as out:
        for one in colours:
            out.put(np.broadcast_to(one, (1, 240, 320, 3)))
    return colours


def test_copy_1000_color_frames(some_video: np.ndarray) -> None:
    vid_in = convis.streams.VideoReader("some_video.mp4", size=(200, 200), mode="rgb")
    vid_out = convis.streams.VideoWriter("test.mp4", size=(200, 200), codec="X264")
    vid_out.put(vid_in.get(1000))  # copy 1000 color frames
    vid_out.close()
    vid_in.close()
    copy = convis.streams.VideoReader("test.mp4", size=(200, 200), mode="rgb")
    assert len(copy) == 1000
    shown = copy.get(5000).mean(dim=(3, 4))[0].T.numpy()  # what there is
    assert np.abs(shown - some_video[:1000]).max() < 5


def test_copy_1000_black_and_white_frames(some_video: np.ndarray) -> None:
    vid_in = convis.streams.VideoReader("some_video.mp4", size=(200, 200), mode="mean")
    vid_out = convis.streams.VideoWriter("test.mp4", size=(200, 200), isColor=False)
    vid_out.put(vid_in.get(1000))  # copy 1000 black-and-white frames
    vid_out.close()
    vid_in.close()
    red, green, blue = convis.streams.VideoReader("test.mp4", size=(200, 200), mode="rgb").get(1000)[0]
    assert red.shape[0] == 1000
    assert (red == green).all()
    assert (red == blue).all()
    assert np.abs(red.mean(dim=(1, 2)).numpy() - some_video[:1000].mean(axis=1)).max() < 5
