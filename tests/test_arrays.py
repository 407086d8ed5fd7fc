"""NumPy's files, against numpy itself, which wrote them."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from workbench.core.errors import DataMissing, FormatError, KnobError, ShapeError, WorkbenchError
from workbench.files.arrays import NpyWriter, NumpyReader

RNG = np.random.default_rng(4)
TYPES = [*"?g", *(order + kind for order in "<>" for kind in ("u2", "u4", "u8", "i2", "i4", "i8", "f2", "f4", "f8")), "u1", "i1"]


def numbers(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    low = 0 if np.dtype(dtype).kind in "bu" else -100
    return RNG.integers(low, 100, shape).astype(dtype)


def block_of(array: np.ndarray) -> np.ndarray:
    """The array as a block, written out by hand."""
    plain = array.astype(np.float32)
    return {3: lambda: plain[None, None], 4: lambda: np.moveaxis(plain, 3, 0)[None], 5: lambda: plain}[plain.ndim]()


@pytest.fixture(params=["npy", "npz", "packed"])
def save(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    def saved(array: np.ndarray) -> str:
        path = tmp_path / f"film.{'npy' if request.param == 'npy' else 'npz'}"
        {"npy": np.save, "npz": np.savez, "packed": np.savez_compressed}[request.param](path, array)
        return str(path)

    return saved


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(37, 5, 7), (37, 5, 7, 3), (2, 3, 11, 5, 7)])
def test_every_type_and_order_as_numpy_has_it(save: Any, dtype: str, order: str, shape: tuple[int, ...]) -> None:
    array = np.asarray(numbers(shape, dtype), order=order)
    film, wanted = NumpyReader(save(array)), block_of(array)
    for start, stop in ((0, film.length), (3, 8), (10, 11), (0, 2)):
        assert np.array_equal(film.read(start, stop).numpy(), wanted[:, :, start:stop])
    low, high = {"b": (0, 1)}.get(array.dtype.kind, (array.min(), array.max()))
    assert film.value_range == ((0, 255) if dtype == "u1" else (float(low), float(high)))
    assert (film.batch, film.channels, film.size) == (*wanted.shape[:2], wanted.shape[3:])


def test_long_frames_and_long_films(tmp_path: Path) -> None:
    """Longer than what is looked at in one go, in every order of the axes."""
    array = numbers((2, 1, 600, 130, 140), "i2")
    for order in "CF":
        np.save(tmp_path / "film.npy", np.asarray(array, order=order))
        film = NumpyReader(str(tmp_path / "film.npy"))
        assert np.array_equal(film.read(0, 600).numpy(), array)
        assert np.array_equal(film.read(590, 600).numpy(), array[:, :, 590:])
        assert film.value_range == (-100, 99)


def test_frames_spread_over_a_file_larger_than_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.files.stored._AHEAD", 4 * 5 * 7 * 10)
    array = numbers((37, 5, 7), "i2")
    np.save(tmp_path / "film.npy", np.asfortranarray(array))
    film = NumpyReader(str(tmp_path / "film.npy"))
    for start, stop in [
        *((k, k + 3) for k in range(35)),
        (36, 37),
        (0, 37),
        (9, 11),
        (5, 25),
        *((k, k + 1) for k in range(36, -1, -1)),
    ]:
        assert np.array_equal(film.read(start, stop).numpy()[0, 0], array[start:stop])


@pytest.mark.parametrize("shape", [(37, 5, 7), (37, 5, 7, 3), (2, 3, 11, 5, 7), (1, 1, 11, 5, 7)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_block_is_the_callers(save: Any, shape: tuple[int, ...], order: str) -> None:
    film = NumpyReader(save(np.asarray(numbers(shape, "f4"), order=order)))
    whole, some = film.read(0, film.length), film.read(2, 5)
    kept = whole.clone()
    whole.fill_(77)
    some.fill_(77)
    assert torch.equal(film.read(0, film.length), kept)
    assert torch.equal(film.read(2, 5), kept[:, :, 2:5])


def test_the_range_of_a_type_is_not_measured(save: Any) -> None:
    assert NumpyReader(save(np.zeros((3, 4, 5), "?"))).value_range == (0, 1)
    assert NumpyReader(save(np.full((3, 4, 5), 7, "u1"))).value_range == (0, 255)


def test_nan_and_infinity_stay_and_are_not_in_the_range(tmp_path: Path) -> None:
    array = numbers((20, 3, 4), "f8")
    array[3, 0, 0], array[4, 0, 0] = np.nan, -np.inf
    np.save(tmp_path / "film.npy", array)
    film = NumpyReader(str(tmp_path / "film.npy"))
    assert np.array_equal(film.read(0, 20).numpy()[0, 0], array.astype("f4"), equal_nan=True)
    finite = array[np.isfinite(array)]
    assert film.value_range == (finite.min(), finite.max())


def test_what_float32_cannot_hold(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.full((9, 2, 3), 1e300))
    with pytest.raises(FormatError, match=r"film\.npy"):
        NumpyReader(str(tmp_path / "film.npy")).read(0, 1)


@pytest.mark.parametrize("bad", ["c8", "O", "S3", "U3", "M8[s]", "m8[s]", "V4", "f4,i2"])
def test_other_types_are_refused(tmp_path: Path, bad: str) -> None:
    np.save(tmp_path / "film.npy", np.zeros((3, 4, 5), bad), allow_pickle=True)
    with pytest.raises(FormatError, match=r"film\.npy"):
        NumpyReader(str(tmp_path / "film.npy"))


class Armed:
    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("import os; os.environ['ARMED'] = 'fired'",)


def test_no_pickle_is_ever_run(tmp_path: Path) -> None:
    array = np.empty((1, 1, 1), object)
    array[0, 0, 0] = Armed()
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    np.savez(tmp_path / "b.npz", array, allow_pickle=True)
    (tmp_path / "c.npy").write_bytes(pickle.dumps(Armed()))
    for name in ("a.npy", "b.npz", "c.npy"):
        with pytest.raises(FormatError):
            NumpyReader(str(tmp_path / name))
    assert "ARMED" not in os.environ


@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 5, 2), (3, 4, 5, 6), (1, 1, 1, 1, 1, 1), (3, 0, 5), (0, 3, 4, 5, 6)])
def test_what_is_no_film(save: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"film\.np"):
        NumpyReader(save(np.zeros(shape)))


def test_no_frames(save: Any) -> None:
    film = NumpyReader(save(np.zeros((0, 4, 5))))
    assert (film.length, film.value_range, film.read(0, 0).shape[2]) == (0, (0.0, 1.0), 0)


def test_size_is_checked(save: Any) -> None:
    path = save(np.zeros((6, 4, 5)))
    assert NumpyReader(path, (4, 5)).size == (4, 5)
    with pytest.raises(ShapeError, match=r"\(5, 4\)"):
        NumpyReader(path, (5, 4))


def test_keys(tmp_path: Path) -> None:
    arrays = {"one": numbers((7, 2, 3), "u1"), "two": numbers((5, 3, 4), "f4")}
    for pack in (np.savez, np.savez_compressed):
        path = str(tmp_path / "film.npz")
        pack(path, **arrays)
        assert NumpyReader(path).length == 7
        assert np.array_equal(NumpyReader(path, key="two").read(0, 5).numpy()[0, 0], arrays["two"])
        with pytest.raises(KnobError, match="'one', 'two'"):
            NumpyReader(path, key="three")
    np.save(tmp_path / "film.npy", arrays["one"])
    with pytest.raises(KnobError, match="key"):
        NumpyReader(str(tmp_path / "film.npy"), key="one")


def test_what_is_no_file(tmp_path: Path) -> None:
    for name in (tmp_path, tmp_path / "none.npy", "http://example.org/film.npy"):
        with pytest.raises(DataMissing):
            NumpyReader(str(name))


@pytest.mark.parametrize("change", [-1, -500, -(10**6), 1, 1000])
def test_files_too_short_or_too_long(tmp_path: Path, change: int) -> None:
    path = tmp_path / "film.npy"
    np.save(path, np.zeros((10, 6, 7)))
    data = path.read_bytes()
    path.write_bytes(data[:change] if change < 0 else data + bytes(change))
    with pytest.raises(FormatError, match=rf"film.npy: .*byte {max(0, len(data) + change)}" if change > -(10**6) else "film.npy"):
        NumpyReader(str(path))


def test_a_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "film.npz"
    np.savez_compressed(path, RNG.random((30, 6, 7)))
    data = bytearray(path.read_bytes())
    data[2000:2100] = bytes(100)
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"film\.npz"):
        NumpyReader(str(path)).read(0, 30)


def bomb(path: Path, shape: tuple[int, ...], content: int) -> None:
    """A deflated array whose header says `shape`, of `content` zero bytes."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as file:
        file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header)
        for _ in range(content >> 20):
            file.write(bytes(1 << 20))


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    bomb(tmp_path / "tall.npz", (10**6, 1000, 1000), 1 << 20)
    bomb(tmp_path / "full.npz", (1100, 1024, 1024), 1100 << 20)
    for name in ("tall.npz", "full.npz"):
        started = time.monotonic()
        with pytest.raises(FormatError, match=name):
            NumpyReader(str(tmp_path / name))
        assert time.monotonic() - started < 60
    assert psutil.Process().memory_info().rss - before < 50 << 20


def test_an_archive_that_lies_about_its_sizes(tmp_path: Path) -> None:
    path = tmp_path / "film.npz"
    bomb(path, (3, 4, 5), 8 << 20)
    data = path.read_bytes()
    real, told = struct.pack("<I", (8 << 20) + 128), struct.pack("<I", 60 + 128)
    path.write_bytes(data.replace(real, told))
    with pytest.raises(FormatError, match=r"film\.npz"):
        NumpyReader(str(path)).read(0, 3)


def test_larger_than_memory(tmp_path: Path) -> None:
    """20 GB without a byte on disk but the header and two frames; in a process of its own, to weigh it."""
    path = tmp_path / "film.npy"
    film = np.lib.format.open_memmap(path, "w+", "<f4", (100_000, 200, 250))
    film[7], film[99_999] = 3, 5
    del film
    code = f"""
import psutil, random, time
from workbench.files.arrays import NumpyReader
weigh = lambda: psutil.Process().memory_info().rss
film = NumpyReader({str(path)!r}); film.read(0, 1); film.close()
before, started = weigh(), time.monotonic()
film = NumpyReader({str(path)!r})
opened = time.monotonic() - started
assert film.read(7, 8).mean() == 3 and film[-1].mean() == 5
grown = []
for start in (0, 50_000, 99_900): film.read(start, start + 100); grown.append(weigh() - before)
for _ in range(6): film.read(k := random.randrange(99_900), k + 100); grown.append(weigh() - before)
for _ in range(300): film.read(k := random.randrange(100_000), k + 1); grown.append(weigh() - before)
print(max(grown) >> 20, opened)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert int(told[0]) < 100
    assert float(told[1]) < 1


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "film.npy"
    array = numbers((10, 4, 5), "f4")
    np.save(path, array)
    film = NumpyReader(str(path))
    film.read(0, 3)
    np.save(path, array + 1)
    assert np.array_equal(film.read(0, 10).numpy()[0, 0], array + 1)
    assert film.value_range == (array.min() + 1, array.max() + 1)
    for other in (array[:5], array.astype("f8"), array.reshape(10, 5, 4)):
        np.save(path, other)
        with pytest.raises(FormatError, match="changed"):
            film.read(0, 3)
    os.truncate(path, 150)
    with pytest.raises(FormatError, match="byte 150"):
        film.read(0, 3)
    path.unlink()
    with pytest.raises(DataMissing):
        film.read(0, 3)


def test_nothing_is_left_open(save: Any) -> None:
    path = save(numbers((30, 4, 5), "f4"))
    process = psutil.Process()
    process.open_files()
    before, threads = process.num_fds(), threading.active_count()
    film, other = NumpyReader(path), NumpyReader(path)
    first = film.read(0, 30)
    assert torch.equal(other.get(9), first[:, :, :9])
    film.close()
    assert torch.equal(other.get(9), first[:, :, 9:18])
    other.close()
    assert process.num_fds() == before
    assert not [one for one in process.memory_maps() if one.path == path]
    assert threading.active_count() == threads
    assert torch.equal(film.read(0, 30), first)


def test_after_a_fork_and_in_another_process(save: Any) -> None:
    path = save(array := numbers((30, 4, 5), "f4"))
    film = NumpyReader(path)
    film.get(5)
    again = pickle.loads(pickle.dumps(film))
    assert again.position == 5
    held, over = threading.Event(), threading.Event()

    def hold() -> None:  # as another thread may have it at that moment
        with film._stored._lock:
            held.set()
            over.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(0 if np.array_equal(film.read(0, 30).numpy()[0, 0], array) else 1)
    over.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert np.array_equal(film.read(0, 30).numpy()[0, 0], array)
    code = "import sys, pickle; print(pickle.loads(sys.stdin.buffer.read()).get(25).sum().item())"
    told = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(film), capture_output=True, check=True).stdout
    assert float(told) == array[5:].sum()


def test_open_takes_it(save: Any, tmp_path: Path) -> None:
    path = save(np.zeros((6, 4, 5)))
    assert type(workbench.open(path)) is NumpyReader
    (tmp_path / "text.npy").write_text("hello " * 100)
    with pytest.raises(FormatError, match=r"text\.npy"):
        workbench.open(str(tmp_path / "text.npy"))


# hostile headers


def within_its_size(path: Path, bytes_: bytes) -> None:
    """Opens and reads the file: it works, or fails by name, and takes no more memory than it has bytes."""
    path.write_bytes(bytes_)
    before = psutil.Process().memory_info().rss
    with contextlib.suppress(WorkbenchError), NumpyReader(str(path)) as film:
        assert film.length * film.size[0] * film.size[1] <= len(bytes_) * 1100
        film.read(0, min(film.length, 3))
    assert psutil.Process().memory_info().rss - before < 64 << 20


def saved(array: np.ndarray, pack: Any = np.save) -> bytes:
    out = io.BytesIO()
    pack(out, array)
    return out.getvalue()


SEEDS = [saved(np.zeros((3, 4, 5), "f4")), *(saved(np.zeros((3, 4, 5), "f4"), pack) for pack in (np.savez, np.savez_compressed))]
spots = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)
WORDS = [
    "0",
    "-1",
    "9" * 18,
    "9" * 5000,
    "1e9",
    "(",
    ")" * 50,
    "[" * 900,
    "None",
    "'O'",
    "'<f4'",
    "'<f99'",
    "True",
    "\\x00",
    "__import__('os')",
]


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(SEEDS), spots, st.integers(0, 700))
def test_flipped_bytes(tmp_path_factory: pytest.TempPathFactory, seed: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(seed)
    for place, value in flips:
        data[place % len(data)] = value
    within_its_size(tmp_path_factory.getbasetemp() / "flipped.npy", bytes(data[: len(data) - cut if cut < 100 else None]))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.sampled_from([*WORDS, "'descr': ", "'fortran_order': ", "'shape': ", ", ", "{", "}", "(3, 4, 5)", "(3, 4)"]),
        max_size=14,
    )
)
def test_invented_headers(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    text = "".join(words).encode()
    for version, width in ((b"\1\0", "<H"), (b"\2\0", "<I"), (b"\3\0", "<I")):
        header = b"\x93NUMPY" + version + struct.pack(width, len(text)) + text
        within_its_size(tmp_path_factory.getbasetemp() / "invented.npy", header + bytes(240))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(0, 2**70), min_size=3, max_size=5), st.sampled_from(["?", "|u1", "<f4", ">f8"]))
def test_invented_shapes(tmp_path_factory: pytest.TempPathFactory, shape: list[int], descr: str) -> None:
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)}, }}".encode()
    header = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text
    within_its_size(tmp_path_factory.getbasetemp() / "shaped.npy", header + bytes(240))


# the writer


@pytest.mark.parametrize("shape", [(7, 4, 5), (7, 4, 5, 3)])
def test_numpy_reads_what_is_written(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "film.npy"
    frames = RNG.standard_normal((3, *shape)).astype(np.float32)
    with NpyWriter(str(path)) as writer:
        for part in frames:
            writer.put(part)
            on_the_way = np.load(writer.part)
            assert np.array_equal(on_the_way, frames[: len(on_the_way) // 7].reshape(-1, *shape[1:]))
    assert np.array_equal(np.load(path), frames.reshape(-1, *shape[1:]))
    assert np.load(path).dtype == np.float32
    assert [one.name for one in tmp_path.iterdir()] == ["film.npy"]


def test_a_large_block_is_written_in_pieces(tmp_path: Path) -> None:
    frames = RNG.standard_normal((90, 300, 400)).astype(np.float32)
    with NpyWriter(str(tmp_path / "film.npy")) as writer:
        writer.put(frames)
    assert np.array_equal(np.load(tmp_path / "film.npy"), frames)


def test_what_the_writer_refuses(tmp_path: Path) -> None:
    with NpyWriter(str(tmp_path / "film.npy")) as writer:
        writer.put(np.zeros((3, 4, 5)))
        for other in (np.zeros((3, 5, 4)), np.zeros((3, 4, 5, 3)), np.zeros((1, 2, 3, 4, 5)), np.zeros((2, 1, 3, 4, 5))):
            with pytest.raises(ShapeError):
                writer.put(other)
        with pytest.raises(ShapeError, match="frame 1"):
            writer.put(np.array([0, np.nan])[:, None, None] * np.ones((2, 4, 5)))
    assert np.load(tmp_path / "film.npy").shape == (3, 4, 5)
    with pytest.raises(KnobError, match="npz"):
        NpyWriter(str(tmp_path / "film.npz"))


def test_a_killed_recording(tmp_path: Path) -> None:
    path = tmp_path / "film.npy"
    code = f"""
import numpy as np, time
from workbench.files.arrays import NpyWriter
writer = NpyWriter({str(path)!r})
for k in range(10**6): writer.put(np.full((2, 30, 40), k)); print(2 * k + 2, flush=True); time.sleep(0.002)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        while int(child.stdout.readline()) < 100:
            pass
        child.send_signal(signal.SIGKILL)
    film = NumpyReader(str(path) + ".part")
    assert film.length >= 100
    assert torch.equal(film[:100][0, 0, :, 3, 3], torch.arange(50.0).repeat_interleave(2))
    with Path(film.file_ref).open("ab") as file:
        file.write(bytes(999))  # a frame that was not finished
    assert NumpyReader(film.file_ref).length == film.length


def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "film.npy").write_bytes(b"as it was")
    code = f"""
import numpy as np, resource, signal
from workbench.files.arrays import NpyWriter, NumpyReader
from workbench.core.errors import FormatError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
writer = NpyWriter({str(tmp_path / "film.npy")!r})
writer.put(np.ones((20, 30, 40)))
try: writer.put(np.zeros((20, 30, 40)))
except FormatError as error: print(NumpyReader(str(writer.part)).length, error)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("20 ")
    assert "film.npy.part: frame 20" in told
    assert (tmp_path / "film.npy").read_bytes() == b"as it was"
