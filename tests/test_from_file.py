"""from_file: a saved file gives back the stream it was made of, or its own frames."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import h5py
import numpy as np
import pytest
import tifffile
import torch
import zarr

import workbench
from workbench import ExtraMissing, FormatError, RecipeError, streams
from workbench.core.errors import DataMissing
from workbench.core.knob import Knob, PixelPerDegree, Seconds, Size, TimeStep

BYTES = np.random.default_rng(3).integers(0, 256, (23, 60, 100)).astype(np.float32)  # too many for a recipe
KINDS = (
    *("f.npy", "f.npz", "f.zarr", "f.h5", "f.hdf5", "f.tiff", "f.tif", "f.inr"),
    *("f.mkv", "f", "f.webp", "f.gif", "f.mp4", "f.webm", "f.avi"),
)
EXACT = ("f.npy", "f.npz", "f.zarr", "f.h5", "f.tiff", "f.inr", "f.mkv", "f")  # for whole numbers of 8 bits


class Ramp(streams.Stream):
    """Brighter from frame to frame."""

    size: Size = (4, 6)
    pixel_per_degree: PixelPerDegree = 10.0
    slope: Annotated[float, Knob(0, 1, "", "brightness added in each frame")] = 0.5
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    def read(self, start: int, stop: int) -> torch.Tensor:
        return (torch.arange(start, stop) * self.slope).view(1, 1, -1, 1, 1).expand(1, 1, -1, *self.size).clone()


def record_of(path: Path) -> Any:
    if path.is_dir():
        own = path / "zarr.json"
        return (
            json.loads(own.read_text())["attributes"]["workbench"]
            if own.exists()
            else json.loads((path / "recipe.json").read_text())
        )
    if path.suffix in (".h5", ".hdf5"):
        with h5py.File(path) as file:
            return json.loads(file["frames"].attrs["workbench"])
    if path.suffix in (".tiff", ".tif"):
        with tifffile.TiffFile(path) as pages:
            return json.loads(pages.pages[0].description.partition("\nworkbench=")[2])
    if path.suffix == ".npz":
        return json.loads(zipfile.ZipFile(path).read("recipe.json"))
    return json.loads(path.with_name(path.name + ".recipe.json").read_text())


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_the_stream_back(tmp_path: Path, name: str) -> None:
    noise = streams.RandomStream((16, 20), level=255.0, mean=127.5, dt=0.02, seed=9)
    back = workbench.from_file(workbench.save(noise, tmp_path / name, 30, 12))
    assert back == noise
    assert back.position == 30
    assert torch.equal(back.get(12), noise.read(30, 42))
    record = record_of(tmp_path / name)
    assert (record["start"], record["frames"], record["dt"], record["pixel_per_degree"]) == (30, 12, 0.02, 10.0)
    assert record["workbench"] == workbench.__version__
    assert workbench.from_recipe(record["recipe"]) == noise


@pytest.mark.parametrize("name", EXACT)
def test_without_a_recipe_the_file_is_the_stream(tmp_path: Path, name: str) -> None:
    film = streams.SequenceStream(BYTES, pixel_per_degree=5.0, dt=0.04, t_zero=1.0)
    path = workbench.save(film, tmp_path / name, 3, value_range=(0, 255))
    back = workbench.from_file(path)
    assert np.array_equal(back[:][0, 0].numpy(), BYTES[3:])
    assert (back.pixel_per_degree, back.dt, back.t_zero) == (5.0, 0.04, 1.12)
    again = workbench.from_file(path, arrays=[BYTES])
    assert again == film
    assert again.position == 3


def test_greys_of_a_gif_come_back(tmp_path: Path) -> None:
    path = workbench.save(streams.SequenceStream(BYTES, dt=0.04), tmp_path / "f.gif", value_range=(0, 255))
    assert np.array_equal(workbench.from_file(path)[:][0, 0].numpy(), BYTES)


def test_colours_come_back(tmp_path: Path) -> None:
    colours = np.random.default_rng(1).integers(0, 256, (9, 60, 50, 3)).astype(np.float32)
    for name in EXACT:
        back = workbench.from_file(workbench.save(streams.SequenceStream(colours), tmp_path / name, value_range=(0, 255)))
        assert np.array_equal(workbench.to_numpy(back[:]), colours), name


def test_what_nobody_can_rebuild(tmp_path: Path) -> None:
    film = streams.SequenceStream(BYTES)
    path = workbench.save(film, tmp_path / "f.webp", value_range=(0, 255))
    with pytest.raises(FormatError, match="hand own classes and arrays to from_file"):
        workbench.from_file(path)
    assert workbench.from_file(path, arrays=[BYTES]) == film


def test_own_classes(tmp_path: Path) -> None:
    path = workbench.save(Ramp(slope=0.25), tmp_path / "f.npy", 0, 7)
    assert isinstance(workbench.from_file(path), streams.NumpyReader)
    assert workbench.from_file(path, Ramp) == Ramp(slope=0.25)


def test_a_film_of_functions_says_why_it_has_no_recipe(tmp_path: Path) -> None:
    film = streams.ProcessingStream(Ramp(), workbench.filters.LowPass(), pre=lambda block: block + 1)
    path = workbench.save(film, tmp_path / "f.npy", 0, 70)
    assert record_of(path)["recipe"] is None
    assert "is nothing that JSON can hold" in record_of(path)["unwritten"]
    assert torch.equal(workbench.from_file(path)[:], film[0:70])


def test_a_file_of_others_is_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "f.npy", BYTES)
    assert np.array_equal(workbench.from_file(tmp_path / "f.npy")[:][0, 0].numpy(), BYTES)
    with pytest.raises(DataMissing, match="is not there"):
        workbench.from_file(tmp_path / "g.npy")


@pytest.mark.parametrize("name", ["f.npy", "f"])
def test_other_schemas_are_refused_by_name(tmp_path: Path, name: str) -> None:
    path = workbench.save(streams.RandomStream((4, 5), seed=1), tmp_path / name, 0, 5)
    file = path / "recipe.json" if name == "f" else tmp_path / "f.npy.recipe.json"
    record = json.loads(file.read_text())
    for told in ({**record, "schema": 2}, {**record, "recipe": {**record["recipe"], "schema": 2}}):
        file.write_text(json.dumps(told))
        with pytest.raises(RecipeError, match=r"schema .*= 2, is not 1"):
            workbench.from_file(path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"f"', "{}", "\x00\xff", "[" * 100_000, '{"schema": 1}', '{"schema": 1, "recipe": [], "start": 0}'],
)
def test_damaged_recipes_are_named(tmp_path: Path, text: str) -> None:
    path = workbench.save(streams.RandomStream((4, 5), seed=1), tmp_path / "f.npy", 0, 5)
    (tmp_path / "f.npy.recipe.json").write_text(text)
    with pytest.raises((FormatError, RecipeError), match=r"f\.npy"):
        workbench.from_file(path)


@pytest.mark.parametrize("start", [-1, 1 << 63, 10**400])
def test_a_start_that_is_no_frame_is_named(tmp_path: Path, start: int) -> None:
    path = workbench.save(streams.RandomStream((4, 5), seed=1), tmp_path / "f.npy", 0, 5)
    file = tmp_path / "f.npy.recipe.json"
    file.write_text(file.read_text().replace('"start": 0', f'"start": {start}'))
    with pytest.raises(FormatError, match="start in its recipe, is not what save writes"):
        workbench.from_file(path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: raw.replace(b'{"schema"', b'{"sch\xffma"'), None),  # a wrong checksum: without a recipe
        (lambda raw: b"\1".join((raw[:at], raw[at + 1 :])) if (at := raw.rindex(b"PK\1\2") + 8) else raw, "password"),
        (lambda raw: b"\x63".join((raw[:at], raw[at + 1 :])) if (at := raw.rindex(b"PK\1\2") + 10) else raw, "compression"),
    ],
)
def test_damaged_archives_are_named(tmp_path: Path, damage: Callable[[bytes], bytes], message: str | None) -> None:
    path = workbench.save(streams.RandomStream((4, 5), seed=1), tmp_path / "f.npz", 0, 5)
    path.write_bytes(damage(path.read_bytes()))
    if message is None:
        assert isinstance(workbench.from_file(path), streams.NumpyReader)
        return
    with pytest.raises(FormatError, match=f"recipe.json, is not as save writes it .*{message}"):
        workbench.from_file(path)


def test_arrays_of_others_in_zarr_say_what_to_do(tmp_path: Path) -> None:
    zarr.create_array(tmp_path / "theirs.zarr", shape=(3, 4, 5), dtype="f4")
    with pytest.raises(FormatError, match="no film that save wrote; read it by zarr"):
        workbench.from_file(tmp_path / "theirs.zarr")


def test_a_name_too_long_for_any_file_is_missing() -> None:
    with pytest.raises(DataMissing, match="is not there"):
        workbench.from_file("x" * 300)


def test_a_changed_recipe_is_refused(tmp_path: Path) -> None:
    path = workbench.save(streams.RandomStream((4, 5), seed=1), tmp_path / "f.npy", 0, 5)
    file = tmp_path / "f.npy.recipe.json"
    file.write_text(file.read_text().replace('"seed": 1', '"seed": 2'))
    with pytest.raises(RecipeError, match="it was changed"):
        workbench.from_file(path)


def test_a_recipe_beside_another_file_is_refused(tmp_path: Path) -> None:
    noise = streams.RandomStream((40, 50), seed=1)
    for name in ("f.npy", "f.inr", "f.mkv", "f.webp", "f.gif", "f.mp4", "f.webm", "f.avi"):
        path = workbench.save(noise, tmp_path / name, frames=40)
        other = workbench.save(noise.replace(seed=2), tmp_path / f"other.{name}", frames=40)
        other.replace(path)  # the recipe of seed 1 beside the film of seed 2
        with pytest.raises(RecipeError, match=rf"{name}: its bytes, are not those that {name}\.recipe\.json was written for"):
            workbench.from_file(path)
    np.save(tmp_path / "f.npy", BYTES)
    with pytest.raises(RecipeError, match="save the film again, or remove that recipe"):
        workbench.from_file(tmp_path / "f.npy")
    assert np.array_equal(workbench.streams.open(tmp_path / "f.npy")[:][0, 0].numpy(), BYTES)


def test_any_changed_part_of_a_small_file_is_found(tmp_path: Path) -> None:
    path = workbench.save(streams.RandomStream((20, 20), seed=1), tmp_path / "f.npy", frames=150)  # 240 kB
    whole = path.read_bytes()
    for place in (200, len(whole) // 3, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(RecipeError, match="its bytes"):
            workbench.from_file(path)
    path.write_bytes(whole)
    assert workbench.from_file(path) == streams.RandomStream((20, 20), seed=1)


def test_hdf5_of_others_says_what_to_do(tmp_path: Path) -> None:
    path, secret = tmp_path / "f.h5", tmp_path / "secret.bin"
    with h5py.File(path, "w") as file:
        file["responses"] = BYTES
    with pytest.raises(FormatError, match=r"holds 'responses', is no film that save wrote; read it by h5py"):
        workbench.from_file(path)
    secret.write_bytes(bytes(4 * 4 * 5 * 5))
    for make in (
        lambda file: file.create_dataset("frames", (4, 5, 5), "<f4", external=[(str(secret), 0, 400)]),
        lambda file: file.__setitem__("frames", h5py.ExternalLink(str(tmp_path / "g.h5"), "frames")),
        lambda file: file.create_group("frames"),
    ):
        workbench.save(streams.RandomStream((5, 5), seed=1), tmp_path / "g.h5", frames=4)
        record = json.dumps(record_of(tmp_path / "g.h5"))
        with h5py.File(path, "w") as file:
            make(file)
            if not isinstance(file.get("frames", getlink=True), h5py.ExternalLink):
                file["frames"].attrs["workbench"] = record
        with pytest.raises(FormatError, match="is no film that save wrote"):
            workbench.from_file(path)
    path.write_bytes(b"no HDF5")
    with pytest.raises(FormatError, match="are not HDF5"):
        workbench.from_file(path)
    path.write_bytes((tmp_path / "g.h5").read_bytes()[:1000])
    with pytest.raises(FormatError, match="cannot be read as HDF5"):
        workbench.from_file(path)


@pytest.mark.parametrize("name", ["f.zarr", "f.h5", "f.tiff"])
def test_numbers_that_do_not_fit_their_recipe(tmp_path: Path, name: str) -> None:
    path = workbench.save(streams.SequenceStream(BYTES), tmp_path / name)
    if name == "f.zarr":
        zarr.open_array(path, mode="r+").resize((22, 60, 100))
    elif name == "f.h5":
        with h5py.File(path, "r+") as file:
            told = file["frames"].attrs["workbench"]
            del file["frames"]
            file["frames"] = BYTES[1:]
            file["frames"].attrs["workbench"] = told
    else:
        path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(FormatError, match=rf"{name}.*changed"):
        workbench.from_file(path)


def test_pages_of_others_are_refused_by_name(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "f.tif", BYTES, imagej=True)
    with pytest.raises(FormatError, match="has several frames, is no still picture"):
        workbench.from_file(tmp_path / "f.tif")


@pytest.mark.parametrize(("package", "name"), [("h5py", "f.h5"), ("zarr", "f.zarr")])
def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str) -> None:
    film = streams.SequenceStream(BYTES)
    path = workbench.save(film, tmp_path / name)
    monkeypatch.setitem(sys.modules, package, None)
    for call in (lambda: workbench.save(film, tmp_path / f"other.{name}"), lambda: workbench.from_file(path)):
        with pytest.raises(ExtraMissing, match=rf"{package}, is not installed .*stimulus-workbench\[cluster\]"):
            call()
    assert [file.name for file in tmp_path.iterdir()] == [name]
