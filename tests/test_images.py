"""Pictures as a film, against PNG files decoded here by hand in float64 and pictures made in the tests."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import pickle
import struct
import threading
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from workbench import KnobError, from_recipe, to_numpy
from workbench.files import images, pictures
from workbench.files.cache import Cache
from workbench.streams import ImageSequence

SAMPLES = Path(__file__).parent / "data" / "images"
CHANNELS = {0: 1, 2: 3, 3: 1, 6: 4}


def chunks(raw: bytes) -> dict[bytes, bytes]:
    found, place = {}, 8
    while place < len(raw):
        (length,) = struct.unpack(">I", raw[place : place + 4])
        kind = raw[place + 4 : place + 8]
        found[kind] = found.get(kind, b"") + raw[place + 8 : place + 8 + length]
        place += length + 12
    return found


def paeth(a: int, b: int, c: int) -> int:
    return min((a, b, c), key=lambda x: abs(a + b - c - x))


def decoded(path: Path) -> np.ndarray:
    """A PNG by its specification (ISO/IEC 15948): (rows, columns, channels), palette and alpha resolved, 0..255 in float64."""
    parts = chunks(path.read_bytes())
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert depth in (8, 16)
    assert not interlaced
    step = CHANNELS[colour] * depth // 8
    lines, rows = zlib.decompress(parts[b"IDAT"]), []
    above = [0] * (width * step)
    for y in range(height):
        kind, *line = lines[y * (width * step + 1) : (y + 1) * (width * step + 1)]
        for k in range(len(line)):
            left, corner = (line[k - step], above[k - step]) if k >= step else (0, 0)
            line[k] = (line[k] + (0, left, above[k], (left + above[k]) // 2, paeth(left, above[k], corner))[kind]) % 256
        rows.append(above := line)
    values = np.frombuffer(b"".join(map(bytes, rows)), f">u{depth // 8}").reshape(height, width, -1)
    if colour == 3:
        values = np.frombuffer(parts[b"PLTE"], np.uint8).reshape(-1, 3)[values[..., 0]]
    return values[..., :3].astype(np.float64) / (257 if depth == 16 else 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def noise(rows: int = 6, columns: int = 8, channels: int | None = 3, depth: int = 8) -> np.ndarray:
    shape = (rows, columns) if channels is None else (rows, columns, channels)
    return np.random.default_rng(5).integers(0, 2**depth, shape).astype(f"u{depth // 8}")


def shown(name: str | Path, *, is_color: bool = False, **how: object) -> np.ndarray:
    return to_numpy(ImageSequence(name, None, is_color=is_color, **how).read(0, 1))[0]


@pytest.mark.parametrize("name", ["rgb8", "rgba8", "pal8", "grey16", "frame_10"])
def test_the_samples_are_shown_exactly(name: str) -> None:
    path = SAMPLES / f"{name}.png"
    truth = decoded(path)
    np.testing.assert_array_equal(shown(path), truth.mean(axis=2).astype(np.float32))
    colours = np.broadcast_to(truth, (*truth.shape[:2], 3)).astype(np.float32)
    np.testing.assert_array_equal(shown(path, is_color=True), colours)


def test_a_glob_is_in_natural_order_and_a_list_in_its_own() -> None:
    by_glob = ImageSequence(str(SAMPLES / "frame_*.png"), (4, 5), repeat=2)
    assert by_glob.read(0, 6)[0, 0, :, 0, 0].tolist() == [1, 1, 2, 2, 10, 10]
    listed = ImageSequence([SAMPLES / "frame_10.png", str(SAMPLES / "frame_[12].png")], (4, 5))
    assert listed.read(0, 3)[0, 0, :, 3, 4].tolist() == [10, 1, 2]


@pytest.mark.parametrize(
    ("suffix", "channels"),
    [("png", None), ("png", 3), ("png", 4), ("tif", None), ("tif", 3), ("tif", 4), ("pgm", None), ("ppm", 3)],
)
def test_sixteen_bits_keep_their_depth(folder: Path, suffix: str, channels: int | None) -> None:
    truth = noise(channels=channels, depth=16)
    cv2.imwrite(f"deep.{suffix}", truth)
    rgb = truth[..., 2::-1] if channels else np.stack([truth] * 3, axis=-1)
    np.testing.assert_array_equal(shown(f"deep.{suffix}"), (rgb.astype(float).sum(2) / 771).astype(np.float32))
    np.testing.assert_array_equal(shown(f"deep.{suffix}", is_color=True), (rgb / 257).astype(np.float32))


def test_white_is_what_a_ppm_says(folder: Path) -> None:
    Path("ten_bits.ppm").write_bytes(b"P6 2 1 1023\n" + np.array([0, 1023, 0, 1023, 1023, 1023], ">u2").tobytes())
    np.testing.assert_array_equal(shown("ten_bits.ppm"), [[85.0, 255.0]])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_eight_bits(folder: Path, mode: str) -> None:
    truth = noise()
    if mode == "1":
        truth = np.repeat(truth[..., :1] & 128, 3, axis=2) // 128 * 255
    elif mode in ("L", "LA"):
        truth = np.repeat(truth[..., :1], 3, axis=2)
    picture = Image.fromarray(truth)
    picture = picture.quantize(48, dither=Image.Dither.NONE) if mode == "P" else picture.convert(mode)
    if mode.endswith("A"):
        picture.putalpha(7)
    picture.save("picture.png", **({"transparency": 0} if mode == "P" else {}))
    np.testing.assert_array_equal(shown("picture.png", is_color=True), truth)
    np.testing.assert_array_equal(shown("picture.png"), (truth.sum(2, dtype=float) / 3).astype(np.float32))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_pictures_stand_upright(folder: Path, orientation: int, suffix: str) -> None:
    seen = noise(4, 6, None)  # as the camera held it: EXIF 2.32, tag 0x0112 says where row 0 and column 0 lie
    stored = {
        1: seen,
        2: seen[:, ::-1],
        3: seen[::-1, ::-1],
        4: seen[::-1],
        5: seen.T,
        6: np.rot90(seen),
        7: seen[::-1, ::-1].T,
        8: np.rot90(seen, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    colours = np.ascontiguousarray(np.stack([stored] * 3, axis=-1))
    Image.fromarray(colours).save(f"turned.{suffix}", exif=exif, **({"lossless": True} if suffix == "webp" else {}))
    film = ImageSequence(f"turned.{suffix}", None)
    assert film.size == (4, 6)
    np.testing.assert_array_equal(to_numpy(film.get())[0], seen)


def test_deep_pictures_stand_upright_too(folder: Path) -> None:
    truth = noise(4, 6, 3, 16)
    cv2.imwrite("deep.png", np.rot90(truth)[..., ::-1])
    tiff = b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    chunk = struct.pack(">I", len(tiff)) + b"eXIf" + tiff + struct.pack(">I", zlib.crc32(b"eXIf" + tiff))
    raw = Path("deep.png").read_bytes()
    Path("deep.png").write_bytes(raw[:33] + chunk + raw[33:])
    np.testing.assert_array_equal(shown("deep.png", is_color=True), (truth / 257).astype(np.float32))


def test_a_crop_lies_at_its_offset_or_in_the_centre(folder: Path) -> None:
    truth = noise(11, 16, None)
    Image.fromarray(truth).save("cat.png")
    np.testing.assert_array_equal(to_numpy(ImageSequence("cat.png", (4, 5), 1, (2, 10)).get())[0], truth[2:6, 10:15])
    np.testing.assert_array_equal(to_numpy(ImageSequence("cat.png", (5, 6)).get())[0], truth[3:8, 5:11])
    film = ImageSequence("cat.png", (4, 5))
    assert film.ranges() == {"size": ((1, 11), (1, 16)), "offset": ((0, 7), (0, 11))}
    assert film.replace(offset=(7, 11)).ranges()["size"] == ((1, 4), (1, 5))
    for wrong in ({"offset": (8, 0)}, {"offset": (0, 12)}, {"size": (12, 5)}, {"size": (4, 17)}, {"offset": (-1, 0)}):
        with pytest.raises(KnobError, match=r"ImageSequence\.(size|offset)"):
            film.replace(**wrong)
    with pytest.raises(KnobError, match=r"cat\.png.*\(12, 5\).*\(11, 16\)"):
        film.replace(size=(12, 5))


def test_a_later_picture_that_does_not_fit_leaves_the_cursor(folder: Path) -> None:
    for k, rows in enumerate((8, 5)):
        Image.fromarray(noise(rows, 8)).save(f"frame_{k}.png")
    film = ImageSequence("frame_*.png", (6, 6), 3)
    assert film.get(2).shape[2] == 2
    for _ in range(2):
        with pytest.raises(KnobError, match=r"frame_1\.png.*\(6, 6\).*\(5, 8\)"):
            film.get(2)
        assert film.position == 2
    assert film.get(1).shape[2] == 1


def test_a_file_is_decoded_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count, real = [], pictures.decode

    def decode(file: str) -> object:
        count.append(file)
        time.sleep(0.1)  # long enough for the other threads to ask for it as well
        return real(file)

    monkeypatch.setattr(images.pictures, "decode", decode)
    Image.fromarray(noise()).save("cat.png")
    film = ImageSequence(["cat.png"] * 500, (4, 4), repeat=3)
    assert film.length == 1500
    threads = [threading.Thread(target=lambda: film.read(0, 1500)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(count) == 1
    film.close()
    film.read(0, 1)
    assert len(count) == 2


def test_the_cache_holds_what_was_used_last() -> None:
    made: list[int] = []

    def get(cache: Cache, key: int) -> None:
        cache.get(key, lambda: made.append(key) or np.full(25, key, np.float32))  # 100 bytes each

    cache = Cache(300)
    for key in (1, 2, 3, 1, 4, 1, 3, 2):
        get(cache, key)
    assert made == [1, 2, 3, 4, 2]
    small = Cache(10)
    for key in (1, 1, 2, 2, 1):
        get(small, key)
    assert made[5:] == [1, 2, 1]


def test_blocks_are_the_callers(folder: Path) -> None:
    Image.fromarray(noise()).save("cat.png")
    film = ImageSequence("cat.png", (4, 4), repeat=5)
    first = film.read(0, 5)
    kept = first.clone()
    first.zero_()
    assert torch.equal(film.read(0, 5), kept)


def in_a_child(film: ImageSequence, pipe: object) -> None:
    pipe.send(film.read(0, film.length).sum().item())  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_reads_the_same(method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        return
    film, context = ImageSequence.example(), multiprocessing.get_context(method)
    film._cache._lock.acquire()  # as another thread may while a fork happens
    here, there = context.Pipe()
    child = context.Process(target=in_a_child, args=(film, there), daemon=True)
    child.start()
    assert here.poll(60)
    film._cache._lock.release()
    assert math.isclose(here.recv(), film.read(0, film.length).sum().item())
    child.join(60)


def test_recipe_and_pickle_make_it_again(folder: Path) -> None:
    Image.fromarray(noise()).save("cat.png")
    for names in ("cat.png", Path("cat.png"), ["cat.png", Path("c*.png")], "c*.png"):
        film = ImageSequence(names, None, 2)
        film.get(1)
        assert film.recipe()["parameters"]["size"] is None
        again = [from_recipe(json.loads(json.dumps(film.recipe()))), pickle.loads(pickle.dumps(film))]
        assert [film, film] == again
        assert torch.equal(again[0].read(0, film.length), film.read(0, film.length))
        assert again[1].position == 1


@pytest.mark.parametrize("names", ["cat.png", "c*.png"])
def test_a_film_stays_when_the_process_moves(folder: Path, names: str) -> None:
    Image.fromarray(noise()).save("cat.png")
    film = ImageSequence(names, None)
    os.chdir("/")
    assert film.get(1).shape == (1, 1, 1, 6, 8)
