"""INRIMAGE-4, against files that CImg and CGAL wrote, files written here by hand, and Debian's gmic, which reads ours."""

from __future__ import annotations

import contextlib
import gzip
import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from workbench.core.errors import ClippedWarning, DataMissing, FormatError, KnobError, ShapeError, WorkbenchError
from workbench.files.inr import InrImageStreamer
from workbench.files.inr_files import InrImageFileStreamer
from workbench.files.inr_writer import InrImageStreamWriter

SAMPLES = Path(__file__).parent / "data" / "inr"
GOOD = sorted(path.stem for path in SAMPLES.glob("*.npy"))
TYPES = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"]
NAMES = {"u": "unsigned fixed", "i": "signed fixed", "f": "float"}
RNG = np.random.default_rng(3)
needs_gmic = pytest.mark.skipif(not shutil.which("gmic"), reason="gmic is not installed (Debian: apt install gmic)")


def text(array: np.ndarray, **changes: object) -> list[str]:
    """The lines of a header for an array (Z, Y, X, V), written by hand."""
    z, y, x, v = array.shape
    lines = {"XDIM": x, "YDIM": y, "ZDIM": z, "VDIM": v, "TYPE": NAMES[array.dtype.kind]}
    lines |= {"PIXSIZE": f"{8 * array.dtype.itemsize} bits", "SCALE": "2**0"}
    lines |= {"CPU": "sun" if array.dtype.str[0] == ">" else "decm", **changes}
    return [f"{key}={value}" for key, value in lines.items() if value is not None]


def written(path: Path, array: np.ndarray, lines: list[str] | None = None, **changes: object) -> str:
    head = "\n".join(["#INRIMAGE-4#{", *(lines or text(array, **changes))]) + "\n"
    length = -(-(len(head) + 4) // 256) * 256
    path.write_bytes(head.ljust(length - 4, "\n").encode("latin1") + b"##}\n" + array.tobytes())
    return str(path)


def early(path: Path, array: np.ndarray, frames: np.ndarray) -> str:
    """A file of the earlier writer: 255 bytes of header, no newline, then the frames one after another."""
    head = "\n".join(["#INRIMAGE-4#{", *text(array)]).ljust(252, "\n") + "##}"
    path.write_bytes(head.encode() + frames.tobytes())
    return str(path)


def numbers(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Numbers over the whole range of a type that float32 can hold."""
    if np.dtype(dtype).kind == "f":
        return RNG.standard_normal(shape).astype(np.float32).astype(dtype)
    limits = np.iinfo(dtype)
    drawn = RNG.integers(max(limits.min, -(2**24)), min(limits.max, 2**24), shape, endpoint=True)
    return drawn.astype(dtype)


def on_v(array: np.ndarray) -> np.ndarray:
    """A file's array (Z, Y, X, V) as (channel = Z, time = V, rows, columns)."""
    return np.moveaxis(array, 3, 1).astype(np.float32)


def on_z(array: np.ndarray) -> np.ndarray:
    """A file's array (Z, Y, X, V) as (channel = V, time = Z, rows, columns)."""
    return np.moveaxis(array, 3, 0).astype(np.float32)


def equal(film: workbench.streams.Stream, wanted: np.ndarray) -> bool:
    return np.array_equal(film.read(0, film.length).numpy()[0], wanted)


@pytest.mark.parametrize("name", GOOD)
def test_the_files_of_other_programs(name: str) -> None:
    array, path = np.load(SAMPLES / f"{name}.npy"), str(SAMPLES / f"{name}.inr")
    assert equal(InrImageStreamer(path, time_dimension="ZDIM"), on_z(array))
    assert equal(InrImageStreamer(path, z=True, time_dimension="VDIM"), on_v(array))
    film = InrImageStreamer(path)
    assert equal(film, on_v(array)[:1] if array.shape[3] > 1 else on_z(array))
    assert film.voxel == ((1, 1, 1) if name.startswith("derived") else (1.5, 2, 0.25))
    assert type(workbench.open(path)) is InrImageStreamer


@pytest.mark.parametrize("name", ["bad_huge", "bad_text", "bad_truncated"])
def test_the_bad_files(name: str) -> None:
    before = psutil.Process().memory_info().rss
    with pytest.raises(FormatError, match=rf"{name}\.inr.* byte \d"):
        InrImageStreamer(str(SAMPLES / f"{name}.inr"))
    assert psutil.Process().memory_info().rss - before < 10 << 20


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_type_order_and_axis(tmp_path: Path, order: str, dtype: str, packed: bool) -> None:
    array = numbers((5, 4, 7, 30), order + dtype)
    path = Path(written(tmp_path / "film.inr", array))
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    film = InrImageStreamer(str(path))
    assert equal(film, on_v(array)[:1])
    assert np.array_equal(film.read(11, 13).numpy()[0], on_v(array)[:1, 11:13])
    assert equal(film.replace(z=True), on_v(array))
    assert equal(film.replace(slice_at=3), on_v(array)[3:4])
    last = film.replace(time_dimension="ZDIM")
    assert equal(last, on_z(array))
    assert equal(last.replace(slice_at=29), on_z(array)[29:])
    assert np.array_equal(last.read(2, 4).numpy()[0], on_z(array)[:, 2:4])
    assert last.value_range == ((0, 255) if dtype == "u1" else (array.min(), array.max()))


@pytest.mark.parametrize("scale", [-30, -8, -1, 0, 1, 9])
@pytest.mark.parametrize("dtype", ["u1", ">u2", "i2", "i4"])
def test_scale(tmp_path: Path, scale: int, dtype: str) -> None:
    array = numbers((20, 4, 7, 1), dtype)
    film = InrImageStreamer(written(tmp_path / "film.inr", array, SCALE=f"2**{scale}"))
    wanted = array.astype(np.float64) * 2.0**scale
    assert equal(film, on_z(wanted))
    low, high = (0, 255) if dtype == "u1" else (int(array.min()), int(array.max()))
    assert film.value_range == (low * 2.0**scale, high * 2.0**scale)


@pytest.mark.parametrize("dtype", ["u1", "f4", ">f8"])
def test_the_earlier_files(tmp_path: Path, dtype: str) -> None:
    array = numbers((3, 4, 7, 30), dtype)
    array[0, 0, 0, 0] = np.frombuffer((b"A" * 8)[: array.itemsize], dtype)[0]
    path = early(tmp_path / "film.inr", array, np.moveaxis(array, 3, 0))
    assert (tmp_path / "film.inr").stat().st_size == 255 + array.nbytes
    for _ in range(2):
        film = InrImageStreamer(path)
        assert equal(film, on_v(array)[:1])
        assert equal(film.replace(z=True), on_v(array))
        assert equal(film.replace(slice_at=2), on_v(array)[2:])
        assert np.array_equal(film.read(11, 13).numpy()[0], on_v(array)[:1, 11:13])
        Path(path).write_bytes(gzip.compress(Path(path).read_bytes()))
    path = early(tmp_path / "film.inr", array, array)
    assert equal(InrImageStreamer(path, time_dimension="ZDIM"), on_z(array))
    single = array[..., :1]
    assert equal(InrImageStreamer(early(tmp_path / "single.inr", single, single)), on_z(single))


def test_a_newline_that_may_be_header_or_number(tmp_path: Path) -> None:
    """A file without its last byte, or an earlier one that begins with 10: never a guess."""
    array = numbers((3, 4, 7, 30), "u1")
    array[0, 0, 0, 0] = 10
    path = early(tmp_path / "film.inr", array, np.moveaxis(array, 3, 0))
    with pytest.raises(FormatError, match=r"film\.inr: byte 2775.*newline at byte 255"):
        InrImageStreamer(path)


def test_headers_of_every_kind(tmp_path: Path) -> None:
    array = numbers((6, 4, 7, 1), "u1")
    lines = text(array)
    long = [f"# history {k}: {'x' * 50} ##}} é" for k in range(60)]
    for head in (lines[::-1], [*long, *lines], [lines[0], "", "#*[H]*", *lines[1:], "OTHER=thing", "VX=1e-3"]):
        assert equal(InrImageStreamer(written(tmp_path / "film.inr", array, head)), on_z(array))
    for cpu, order in {"decm": "<", "alpha": "<", "pc": "<", "sun": ">", "sgi": ">"}.items():
        ordered = numbers((6, 4, 7, 1), order + "i4")
        assert equal(InrImageStreamer(written(tmp_path / "film.inr", ordered, CPU=cpu)), on_z(ordered))
    spaced = [line.replace("=", " = ") + " " for line in lines]
    assert equal(InrImageStreamer(written(tmp_path / "film.inr", array, spaced)), on_z(array))
    assert equal(InrImageStreamer(written(tmp_path / "film.inr", array, SCALE=None)), on_z(array))


BAD = {
    "XDIM": ["0", "-7", "7.0", "", "9" * 30, "7 8", "\u0664", None],
    "YDIM": ["nan", None],
    "ZDIM": ["0x5", None],
    "VDIM": ["2**3", "2", None],
    "TYPE": ["fixed", "unsigned", "float fixed", None],
    "PIXSIZE": ["12 bits", "0", "bits", "128 bits", None],
    "SCALE": ["2**x", "3**1", "2**99999", "2**"],
    "CPU": ["z80", "", None],
    "VX": ["wide", "nan", "1e999"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_headers_that_say_what_cannot_be(tmp_path: Path, key: str, value: str | None) -> None:
    array = numbers((6, 4, 7, 1), "u2")
    with contextlib.suppress(UnicodeEncodeError):
        path = written(tmp_path / "film.inr", array, **{key: value})
        with pytest.raises(FormatError, match=r"film\.inr: .*byte"):
            InrImageStreamer(path)


def test_a_key_that_is_there_twice(tmp_path: Path) -> None:
    array = numbers((6, 4, 7, 1), "u2")
    path = written(tmp_path / "film.inr", array, [*text(array), "XDIM=8"])
    with pytest.raises(FormatError, match=r"XDIM=8.*XDIM=7"):
        InrImageStreamer(path)


@pytest.mark.parametrize("cut", [1, 100, 300, 600, -1, -3000])
@pytest.mark.parametrize("packed", [False, True])
def test_files_too_short_or_too_long(tmp_path: Path, cut: int, packed: bool) -> None:
    path = Path(written(tmp_path / "film.inr", numbers((20, 4, 7, 1), "f4")))
    data = path.read_bytes()
    changed = data[:-cut] if cut > 0 else data + bytes(-cut)
    path.write_bytes(gzip.compress(changed) if packed else changed)
    with pytest.raises(FormatError, match=r"film\.inr"):
        InrImageStreamer(str(path))


@pytest.mark.parametrize("place", [3, 200, -1, -6, -300])
def test_a_gzip_that_is_cut_off_or_damaged(tmp_path: Path, place: int) -> None:
    path = Path(written(tmp_path / "film.inr", numbers((20, 4, 7, 1), "f4")))
    whole = gzip.compress(path.read_bytes())
    path.write_bytes(whole[:place])
    with pytest.raises(FormatError, match=r"film\.inr"):
        InrImageStreamer(str(path))
    damaged = bytearray(whole)
    damaged[place] ^= 0x55
    path.write_bytes(damaged)
    with pytest.raises(FormatError, match=r"film\.inr"):
        InrImageStreamer(str(path)).read(0, 20)


def test_a_gzip_of_several_members(tmp_path: Path) -> None:
    array = numbers((20, 4, 7, 1), "f4")
    path = Path(written(tmp_path / "film.inr.gz", array))
    data = path.read_bytes()
    path.write_bytes(gzip.compress(data[:300]) + gzip.compress(data[300:]))
    assert equal(InrImageStreamer(str(path)), on_z(array))
    assert type(workbench.open(path)) is InrImageStreamer


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path, array = tmp_path / "film.inr", numbers((1, 1, 1, 1), "u1")
    before = psutil.Process().memory_info().rss
    for z in (10**9, 1500):
        head = Path(written(path, array, ZDIM=z, XDIM=1024, YDIM=1024)).read_bytes()[:256]
        with gzip.open(path, "wb", 1) as file:
            file.write(head)
            for _ in range(1500 if z == 1500 else 1):
                file.write(bytes(1 << 20))
        with pytest.raises(FormatError, match=r"film\.inr.*unpacked"):
            InrImageStreamer(str(path))
    assert psutil.Process().memory_info().rss - before < 50 << 20


def test_planes_that_are_not_there(tmp_path: Path) -> None:
    path = written(tmp_path / "film.inr", numbers((3, 4, 7, 20), "u1"))
    for wrong in ({"slice_at": 3}, {"slice_at": 1, "z": True}, {"slice_at": -1}, {"slice_at": 20, "time_dimension": "ZDIM"}):
        with pytest.raises(KnobError, match="slice_at"):
            InrImageStreamer(path, **wrong)
    with pytest.raises(KnobError, match=r"InrImageStreamer\.z"):
        InrImageStreamer(path, True, time_dimension="ZDIM")
    assert InrImageStreamer(path).ranges() == {"slice_at": ((0, 2),)}
    for name in (tmp_path, tmp_path / "none.inr"):
        with pytest.raises(DataMissing):
            InrImageStreamer(str(name))


def test_what_float32_cannot_hold(tmp_path: Path) -> None:
    film = InrImageStreamer(written(tmp_path / "film.inr", np.full((9, 2, 3, 1), 1e300)))
    with pytest.raises(FormatError, match=r"film\.inr"):
        film.read(0, 1)
    film = InrImageStreamer(written(tmp_path / "film.inr", np.full((9, 2, 3, 1), 100, "i2"), SCALE="2**200"))
    with pytest.raises(FormatError, match=r"film\.inr"):
        film.read(0, 1)


def test_nothing_is_left_open(tmp_path: Path) -> None:
    path = Path(written(tmp_path / "film.inr", array := numbers((30, 4, 7, 1), "f4")))
    path.write_bytes(gzip.compress(path.read_bytes()))
    process = psutil.Process()
    before = process.num_fds()
    film, other = InrImageStreamer(str(path)), InrImageStreamer(str(path))
    assert equal(film, on_z(array))
    film.close()
    assert equal(other, on_z(array))
    assert equal(pickle.loads(pickle.dumps(film)), on_z(array))
    other.close()
    assert process.num_fds() == before


# several files


def test_files_in_natural_order(tmp_path: Path) -> None:
    parts = {k: numbers((k, 4, 7, 1), "i2") for k in (1, 2, 10, 30)}
    for k, array in parts.items():
        path = Path(written(tmp_path / f"film_{k}.inr", array))
        if k > 1:
            path.write_bytes(gzip.compress(path.read_bytes()))
    whole = np.concatenate([on_z(parts[k]) for k in sorted(parts)], axis=1)
    fds = psutil.Process().num_fds()
    film = InrImageFileStreamer(str(tmp_path / "film_*.inr"))
    assert equal(film, whole)
    for start, stop in ((0, 1), (0, 4), (2, 14), (12, 43), (13, 14), (1, 3), (40, 43)):
        assert np.array_equal(film.read(start, stop).numpy()[0], whole[:, start:stop])
        assert psutil.Process().num_fds() <= fds + 1
    assert film.value_range == (whole.min(), whole.max())
    film = InrImageFileStreamer([str(tmp_path / f"film_{k}.inr") for k in (30, 2)])
    assert equal(film, np.concatenate([on_z(parts[30]), on_z(parts[2])], axis=1))
    film.close()
    assert psutil.Process().num_fds() <= fds + 1


def test_files_that_do_not_go_together(tmp_path: Path) -> None:
    names = [written(tmp_path / f"{k}.inr", numbers((5, 4, 7 + (k == 2), 1 + (k == 1)), "u1")) for k in range(3)]
    with pytest.raises(FormatError, match=r"2\.inr: frames of \(4, 8\)"):
        InrImageFileStreamer([names[0], names[2]])
    with pytest.raises(FormatError, match=r"1\.inr.*2 channels"):
        InrImageFileStreamer([names[0], names[1]], time_dimension="ZDIM")
    with pytest.raises(FormatError, match="bad_huge"):
        InrImageFileStreamer([names[0], str(SAMPLES / "bad_huge.inr")])
    with pytest.raises(DataMissing):
        InrImageFileStreamer(str(tmp_path / "none_*.inr"))


# the writer


def through_gmic(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers of a file as gmic has them, (Z, Y, X, V)."""
    raw = path.with_suffix(".raw")
    subprocess.run(["gmic", "-v", "-1", str(path), "-o", f"{raw},double"], check=True, capture_output=True)
    return np.moveaxis(np.fromfile(raw).reshape(shape[3], *shape[:3]), 0, 3)


@needs_gmic
@pytest.mark.parametrize("cpu", ["decm", "alpha", "pc", "sun"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("time", ["VDIM", "ZDIM"])
@pytest.mark.parametrize("channels", [1, 3])
def test_gmic_reads_what_is_written(tmp_path: Path, cpu: Any, dtype: Any, time: Any, channels: int) -> None:
    path = tmp_path / "film.inr"
    frames = numbers((1, channels, 6, 4, 7), dtype).astype(np.float32)
    with InrImageStreamWriter(str(path), time_dimension=time, dtype=dtype, cpu=cpu) as writer:
        writer.put(frames[:, :, :2])
        writer.put(frames[:, :, 2:])
    wanted = np.moveaxis(frames[0], 1, 3) if time == "VDIM" else np.moveaxis(frames[0], 0, 3)
    assert np.array_equal(through_gmic(path, wanted.shape), wanted)


@pytest.mark.parametrize("cpu", ["decm", "sun"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("time", ["VDIM", "ZDIM"])
@pytest.mark.parametrize("channels", [1, 3])
def test_frames_come_back_bit_for_bit(tmp_path: Path, cpu: Any, dtype: Any, time: Any, channels: int) -> None:
    path = tmp_path / "film.inr"
    frames = numbers((1, channels, 50, 4, 7), dtype).astype(np.float32)
    with InrImageStreamWriter(str(path), time_dimension=time, dtype=dtype, cpu=cpu) as writer:
        for k in range(0, 50, 10):
            writer.put(frames[:, :, k : k + 10])
            part = InrImageStreamer(str(writer.part), z=time == "VDIM", time_dimension=time)
            assert np.array_equal(part.read(0, k + 10).numpy(), frames[:, :, : k + 10])
    for name in ("film.inr", "film.inr.gz"):
        assert equal(InrImageStreamer(str(tmp_path / name), z=time == "VDIM", time_dimension=time), frames[0])
        (tmp_path / "film.inr.gz").write_bytes(gzip.compress(path.read_bytes()))
    stored = np.frombuffer(path.read_bytes()[256:], np.dtype(dtype).newbyteorder("<" if cpu == "decm" else ">"))
    axes = (0, 2, 3, 1) if time == "VDIM" else (1, 2, 3, 0)
    assert np.array_equal(stored, frames[0].transpose(axes).ravel())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["film.inr", "film.inr.gz"]


def test_the_documented_arguments(tmp_path: Path) -> None:
    path = str(tmp_path / "film.inr")
    frames = numbers((9, 40, 50), "f4")
    with InrImageStreamWriter(path, x=50, y=40) as writer:
        writer.put(frames)
    assert np.array_equal(InrImageStreamer(path).read(0, 9).numpy()[0, 0], frames)
    with InrImageStreamWriter(path, 9, 50, 40, 1, "VDIM") as writer:
        writer.put(frames)
    with InrImageStreamWriter(path, 1, 50, 40, 9, "ZDIM") as writer:
        writer.put(frames)
    assert np.array_equal(InrImageStreamer(path).read(0, 9).numpy()[0, 0], frames)
    writer = InrImageStreamWriter(path, 12, 50, 40)
    writer.put(frames)
    with pytest.warns(UserWarning, match="9 frames, are not the 12"):
        writer.close()
    assert InrImageStreamer(path).length == 9


def test_what_the_writer_refuses(tmp_path: Path) -> None:
    path = str(tmp_path / "film.inr")
    for sizes in ({"x": 51}, {"y": 41}, {"z": 2}, {"v": 2, "time_dimension": "ZDIM"}):
        writer = InrImageStreamWriter(path, **sizes)
        with pytest.raises(ShapeError, match=str(next(iter(sizes.values())))):
            writer.put(np.zeros((3, 40, 50)))
        writer.close()
    with InrImageStreamWriter(path) as writer:
        writer.put(np.zeros((3, 40, 50)))
        for other in (
            np.zeros((3, 50, 40)),
            np.zeros((3, 40, 50, 3)),
            np.zeros((2, 1, 3, 40, 50)),
            np.zeros((1, 40, 50)) * np.nan,
        ):
            with pytest.raises(ShapeError):
                writer.put(other)
    assert InrImageStreamer(path).length == 3
    with pytest.raises(KnobError, match="gz"):
        InrImageStreamWriter(path + ".gz")


@pytest.mark.parametrize(("dtype", "limits"), [("uint8", (0, 255)), ("int16", (-32768, 32767)), ("int32", (-(2**31), 2**31 - 1))])
def test_rounding_and_clipping_are_told(tmp_path: Path, dtype: Any, limits: tuple[int, int]) -> None:
    path = tmp_path / "film.inr"
    values = [1.4, 1.6, 2.5, limits[0] - 1e3, limits[1] * 1.5, -1e30]
    writer = InrImageStreamWriter(str(path), dtype=dtype)
    writer.put(np.array(values)[:, None, None])
    assert writer.clipped == 3
    with pytest.warns(ClippedWarning, match="3 values"):
        writer.close()
    writer.close()
    stored = np.frombuffer(path.read_bytes()[256:], dtype)
    assert stored.tolist() == [1, 2, 2, limits[0], limits[1], limits[0]]


def test_a_film_longer_than_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.files.inr_writer._PIECE", 1000)
    monkeypatch.setattr("workbench.files.inr_writer._TURNED", 70_000)
    frames = numbers((1, 2, 300, 13, 17), "f4")
    for time in ("VDIM", "ZDIM"):
        path = str(tmp_path / f"{time}.inr")
        with InrImageStreamWriter(path, time_dimension=time) as writer:  # type: ignore[arg-type]
            writer.put(frames)
        film = InrImageStreamer(path, z=time == "VDIM", time_dimension=time)  # type: ignore[arg-type]
        assert torch.equal(film.read(0, 300), torch.from_numpy(frames))


@pytest.mark.parametrize("time", ["VDIM", "ZDIM"])
def test_a_killed_recording(tmp_path: Path, time: Any) -> None:
    path = tmp_path / "film.inr"
    code = f"""
import numpy as np, time
from workbench.files.inr_writer import InrImageStreamWriter
writer = InrImageStreamWriter({str(path)!r}, time_dimension={time!r}, dtype="uint16")
for k in range(10**6): writer.put(np.full((2, 30, 40), k % 60_000)); print(2 * k + 2, flush=True); time.sleep(0.002)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        while int(child.stdout.readline()) < 100:
            pass
        child.send_signal(signal.SIGKILL)
    film = InrImageStreamer(str(path) + ".part")
    assert film.length >= 100
    assert torch.equal(film[:100][0, 0, :, 3, 3], torch.arange(50.0).repeat_interleave(2))
    with Path(film.filename).open("ab") as file:
        file.write(bytes(999))  # a frame that was not finished
    assert InrImageStreamer(film.filename).length == film.length


def test_a_film_larger_than_what_is_held(tmp_path: Path) -> None:
    """Written and put in order in a process of its own, to weigh it."""
    code = f"""
import numpy as np, psutil, threading, time
from workbench.files.inr_writer import InrImageStreamWriter
from workbench.files.inr import InrImageStreamer
weigh = lambda: psutil.Process().memory_info().rss
with InrImageStreamWriter({str(tmp_path / "first.inr")!r}) as writer: writer.put(np.zeros((2, 3, 4)))
before, most, over = weigh(), [0], []
def watch():
    while not over: most[0] = max(most[0], weigh() - before); time.sleep(0.002)
watcher = threading.Thread(target=watch); watcher.start()
with InrImageStreamWriter({str(tmp_path / "film.inr")!r}) as writer:
    for k in range(80): writer.put(np.full((10, 300, 250), k, "f4"))
over.append(1); watcher.join()
film = InrImageStreamer({str(tmp_path / "film.inr")!r})
assert [film.read(10 * k, 10 * k + 1).mean().item() for k in (0, 7, 79)] == [0, 7, 79]
print(most[0] >> 20)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (tmp_path / "film.inr").stat().st_size > 240e6
    assert int(told) < 130


def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "film.inr").write_bytes(b"as it was")
    code = f"""
import numpy as np, resource, signal
from workbench.files.inr import InrImageStreamer
from workbench.files.inr_writer import InrImageStreamWriter
from workbench.core.errors import FormatError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
writer = InrImageStreamWriter({str(tmp_path / "film.inr")!r}, time_dimension="ZDIM")
writer.put(np.ones((20, 30, 40)))
try: writer.put(np.zeros((20, 30, 40)))
except FormatError as error: print(InrImageStreamer(str(writer.part)).length, error)
other = InrImageStreamWriter({str(tmp_path / "other.inr")!r}, time_dimension="ZDIM")
other.put(np.ones((20, 30, 40)))
try: other.put(np.zeros((20, 30, 40)))
except FormatError: other.close()
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("20 ")
    assert "film.inr.part: frame 20" in told
    assert (tmp_path / "film.inr").read_bytes() == b"as it was"
    assert equal(InrImageStreamer(str(tmp_path / "other.inr")), np.ones((1, 20, 30, 40)))


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for time in ("VDIM", "ZDIM"):
        (tmp_path / "there").mkdir(exist_ok=True)
        writer = InrImageStreamWriter(str(tmp_path / "there" / "film.inr"), time_dimension=time)  # type: ignore[arg-type]
        writer.put(np.zeros((3, 4, 5)))
        shutil.rmtree(tmp_path / "there")
        with pytest.raises(WorkbenchError):
            writer.close()
    with pytest.raises(DataMissing):
        InrImageStreamWriter(str(tmp_path / "there" / "film.inr"))


# hostile headers


def within_its_size(path: Path, data: bytes) -> None:
    """Opens and reads the file: it works, or fails by name, and takes no more memory than it has bytes."""
    path.write_bytes(data)
    before = psutil.Process().memory_info().rss
    with contextlib.suppress(WorkbenchError), InrImageStreamer(str(path)) as film:
        assert film.length * film.size[0] * film.size[1] <= len(data) * 1100
        film.read(0, min(film.length, 3))
    assert psutil.Process().memory_info().rss - before < 64 << 20


SEEDS = [path.read_bytes() for path in sorted(SAMPLES.glob("*.inr"))]
SEEDS += [gzip.compress(one) for one in SEEDS]
spots = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(SEEDS), spots, st.integers(0, 900), st.booleans())
def test_flipped_bytes(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, flips: list[tuple[int, int]], cut: int, near: bool
) -> None:
    data = bytearray(seed)
    for place, value in flips:
        data[place % (250 if near else len(data)) % len(data)] = value
    within_its_size(tmp_path_factory.getbasetemp() / "flipped.inr", bytes(data[: len(data) - cut if cut < 200 else None]))


KEYS = ["XDIM=", "YDIM=", "ZDIM=", "VDIM=", "TYPE=", "PIXSIZE=", "SCALE=", "CPU=", "VX=", "#", "\n", "##}\n", "##}"]
WORDS = [
    "1",
    "7",
    "0",
    "-1",
    "9" * 18,
    "9" * 5000,
    "1e9",
    "float",
    "signed fixed",
    "64 bits",
    "2**9",
    "2**-999",
    "decm",
    "\0",
    "é",
]


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from([*KEYS, *WORDS]), max_size=40),
    st.lists(st.integers(1, 10**18), min_size=4, max_size=4),
    st.booleans(),
)
def test_invented_headers(tmp_path_factory: pytest.TempPathFactory, words: list[str], sizes: list[int], packed: bool) -> None:
    lines = text(np.zeros((1, 1, 1, 1), "f8"), **dict(zip(("XDIM", "YDIM", "ZDIM", "VDIM"), sizes, strict=True)))
    head = "#INRIMAGE-4#{\n" + "\n".join(lines[: len(words)]) + "".join(words)
    data = head.encode("latin1").ljust(-(-len(head) // 256) * 256 + 252, b"\n") + b"##}\n" + bytes(600)
    within_its_size(tmp_path_factory.getbasetemp() / "invented.inr", gzip.compress(data) if packed else data)


def test_no_file_may_stand_for_another(tmp_path: Path) -> None:
    path = tmp_path / "pipe.inr"
    os.mkfifo(path)
    with pytest.raises(DataMissing):
        InrImageStreamer(str(path))
