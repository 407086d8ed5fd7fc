"""to_dask and to_xarray: the film as a lazy array, the same bytes from threads, processes and a file."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import cloudpickle
import dask
import numpy as np
import pytest
import zarr
from typing_extensions import override

import workbench
from workbench import EndOfStream, KnobError, ShapeError, streams
from workbench.core.block import Block
from workbench.core.layer import Layer

NOISE = streams.RandomStream((6, 10), level=2.0, seed=11)
FILM = np.random.default_rng(5).normal(size=(230, 6, 10)).astype(np.float32)
COLOURS = np.random.default_rng(4).normal(size=(50, 6, 10, 3)).astype(np.float32)


def chunks_of(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in (path / "c").rglob("*") if file.is_file()}


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
@pytest.mark.parametrize("chunk", [1, 7, 100, 230, 1000])
def test_every_chunk_gives_the_film(scheduler: str, chunk: int) -> None:
    array = workbench.to_dask(streams.SequenceStream(FILM), chunk=chunk)
    assert array.shape == (230, 6, 10)
    assert array.dtype == np.float32
    assert max(array.chunks[0]) == min(chunk, 230)
    with dask.config.set(scheduler=scheduler):
        assert np.array_equal(array.compute(), FILM)
        assert np.array_equal(array[100:120, 2].compute(), FILM[100:120, 2])
        assert np.isclose(array.mean().compute(), FILM.mean(dtype=np.float64), atol=1e-6)


def test_colour_and_start() -> None:
    array = workbench.to_dask(streams.SequenceStream(COLOURS), 30, 8, start=5)
    assert np.array_equal(array.compute(), COLOURS[5:35])


def test_a_million_frames_are_a_small_graph() -> None:
    array = workbench.to_dask(streams.RandomStream((100, 100), seed=1), 1_000_000)
    assert array.shape == (1_000_000, 100, 100)
    assert len(array.dask) == 1001
    assert len(pickle.dumps(dict(array.dask))) < 200_000
    assert NOISE.position == 0


@pytest.mark.parametrize("chunk", [1, 7, 40, 100])
def test_threads_write_the_bytes_of_the_serial_file(tmp_path: Path, chunk: int) -> None:
    serial = workbench.save(NOISE, tmp_path / "serial.zarr", 0, 100, chunk=chunk)
    with dask.config.set(scheduler="threads"):
        workbench.to_dask(NOISE, 100, chunk).to_zarr(tmp_path / "threads.zarr", zarr_format=3)
    assert chunks_of(serial) == chunks_of(tmp_path / "threads.zarr")
    assert len(chunks_of(serial)) == -(-100 // chunk)


CLUSTER = """
import sys, workbench
from dask.distributed import Client, LocalCluster

if __name__ == "__main__":
    here = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with LocalCluster(**here) as cluster, Client(cluster) as client:
        film = workbench.streams.RandomStream((6, 10), level=2.0, seed=11)
        for chunk in (7, 40):
            workbench.to_dask(film, 100, chunk).to_zarr(f"{sys.argv[1]}/{chunk}.zarr", zarr_format=3)
        runs = workbench.sweep(film, level=[1.0, 2.0], seed=range(3))
        means = client.gather(client.map(lambda run: float(run.stream[:50].mean()), list(runs)))
        print(*means)
        print(len(client.scheduler_info()["workers"]), "processes")
"""


def test_a_cluster_of_processes_writes_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(CLUSTER)
    run = subprocess.run([sys.executable, tmp_path / "run.py", tmp_path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    means, count = run.stdout.splitlines()
    assert count == "2 processes"
    serial = [float(NOISE.replace(level=level, seed=seed)[:50].mean()) for level in (1.0, 2.0) for seed in range(3)]
    assert [float(mean) for mean in means.split()] == serial
    for chunk in (7, 40):
        saved = workbench.save(NOISE, tmp_path / "serial.zarr", 0, 100, chunk=chunk)
        assert chunks_of(saved) == chunks_of(tmp_path / f"{chunk}.zarr")
        assert np.array_equal(zarr.open_array(tmp_path / f"{chunk}.zarr", mode="r")[:], NOISE[:100][0, 0].numpy())


class Halved(Layer):
    """A model without memory; each output hangs on its 64 frames alone."""

    @override
    def step(self, block: Block, state: None) -> tuple[Block, None]:
        return block / 2 - block.mean(2, keepdim=True), None


def test_a_model_that_remembers_is_refused_by_name() -> None:
    film = streams.ProcessingStream(NOISE, workbench.filters.LowPass())
    for one in (film, streams.TimedResampleStream(film)):
        with pytest.raises(KnobError, match=r"over LowPass, is not to be cut over frames \(its model remembers"):
            workbench.to_dask(one, 100, 99)
        assert np.array_equal(workbench.to_dask(one, 60, 60, start=40).compute(), one[40:100][0, 0].numpy())


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
@pytest.mark.parametrize("chunk", [7, 64, 100])
def test_a_model_without_memory_is_cut(scheduler: str, chunk: int) -> None:
    film = streams.ProcessingStream(NOISE, Halved(), post=lambda block: block + 1)
    wanted = np.concatenate([_halved(k) for k in range(0, 256, 64)])[30:230]
    array = cloudpickle.loads(cloudpickle.dumps(workbench.to_dask(film, 200, chunk, start=30)))  # as a worker gets it
    with dask.config.set(scheduler=scheduler):
        found = array.compute()
    assert np.allclose(found, wanted, atol=1e-6)
    assert np.array_equal(found, film[30:230][0, 0].numpy())


def _halved(start: int) -> np.ndarray:
    frames = NOISE[start : start + 64][0, 0].numpy().astype(np.float64)
    return frames / 2 - frames.mean(0) + 1


def test_what_is_refused() -> None:
    with pytest.raises(KnobError, match="endless"):
        workbench.to_dask(NOISE)
    with pytest.raises(KnobError, match="chunk"):
        workbench.to_dask(NOISE, 10, 0)
    with pytest.raises(EndOfStream):
        workbench.to_dask(streams.SequenceStream(FILM), 231)
    with pytest.raises(ShapeError):
        workbench.to_dask(streams.SequenceStream(np.zeros((2, 1, 3, 4, 5))))


def test_alike_arrays_have_one_name() -> None:
    assert workbench.to_dask(NOISE, 10).name == workbench.to_dask(NOISE.replace(), 10).name
    assert workbench.to_dask(NOISE, 10).name != workbench.to_dask(NOISE.replace(seed=2), 10).name


def test_xarray_has_seconds_and_degrees() -> None:
    film = streams.SequenceStream(FILM, pixel_per_degree=4.0, dt=0.02, t_zero=1.0)
    array = workbench.to_xarray(film, 100, start=10)
    assert array.dims == ("time", "y", "x")
    assert np.allclose(array.time, 1.2 + np.arange(100) * 0.02)
    assert np.allclose(array.y, [-0.625, -0.375, -0.125, 0.125, 0.375, 0.625])
    assert array.x.values[0] == -array.x.values[-1] == -1.125
    assert (array.time.units, array.x.units) == ("s", "deg")
    assert np.array_equal(array.sel(time=slice(1.395, 1.605)), FILM[20:31])
    colour = workbench.to_xarray(streams.SequenceStream(COLOURS))
    assert colour.dims == ("time", "y", "x", "channel")
    noise = workbench.to_xarray(NOISE, 5)
    assert workbench.from_recipe(json.loads(noise.recipe)) == NOISE
