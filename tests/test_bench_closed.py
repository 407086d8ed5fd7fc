"""What is left of a bench that was closed: nothing."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import psutil
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances

import workbench
from workbench.streams import RandomStream, VideoReader
from workbench.widgets.bench import Bench

READ = {"op": "read", "view": 1, "order": 5, "generation": 1, "start": 0, "count": 9, "step": 1, "shrink": 1, "channel": 0}
TURN = {"op": "turn", "view": 1, "turn": 4, "knob": "level", "value": 50.0, "start": 0, "step": 1, "shrink": 1, "channel": 0}


def used(bench: Bench) -> None:
    """As a page uses it: shown, read, turned."""
    bench._repr_mimebundle_()
    bench._handle_custom_msg(READ, [])
    bench._handle_custom_msg(TURN, [])


def threads() -> set[str]:
    return {one.name for one in threading.enumerate() if one.name.startswith("workbench")}


def test_a_hundred_benches_leave_nothing() -> None:
    before = set(_instances)
    gone = []
    for _ in range(100):
        bench = workbench.bench(RandomStream((20, 20), seed=1))
        used(bench)
        bench.close()
        gone.append(weakref.ref(bench))
    del bench
    for thread in threading.enumerate():
        if thread.name.startswith("workbench"):
            thread.join(10)
    gc.collect()
    assert set(_instances) <= before
    assert [one for one in gone if one() is not None] == []
    assert threads() == set()


def test_the_users_film_is_open_after_the_bench_is_closed() -> None:
    film = VideoReader.example()
    bench = workbench.bench(film)
    used(bench)
    bench.close()
    assert film.read(0, 3).shape[2] == 3
    film.close()


def test_benches_on_files_leave_no_file_open() -> None:
    process = psutil.Process()
    path = Path(VideoReader.example().filename)
    before = sum(Path(one.path) == path for one in process.open_files())
    for _ in range(5):
        with VideoReader(str(path), None) as film:
            bench = workbench.bench(film)
            used(bench)
            bench.close()
        del bench, film
    gc.collect()
    assert sum(Path(one.path) == path for one in process.open_files()) <= before


def test_a_widget_of_somebody_else_stays() -> None:
    other = Widget()
    workbench.bench(RandomStream()).close()
    assert other.model_id in _instances
    other.close()
