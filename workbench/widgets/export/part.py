"""Exports: frames of what is on the bench into a file, into the page, or into a variable of the notebook."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from ...core.errors import KnobError
from ...core.knob import Knob
from ...core.stream import Stream
from ...exporting.film import Film
from ...exporting.progress import Progress
from ...exporting.saving import save
from ..description import words
from ..part import Host, Part
from ..protocol import Frame, Number
from .downloads import Downloads, Fetch, Fetched, Pack
from .parcel import CEILING
from .place import folder, kinds, place, size_of, sized
from .task import Task, Work
from .variables import gathered, namespace, refuse_name, there, told

_FRAMES_AT_ONCE = 100  # from look to look at whether the job is still wanted …
_VALUES_AT_ONCE = 1 << 20  # … fewer of large frames

Text = Annotated[str, Knob(meaning="a name")]
Replace = Annotated[bool, Knob(meaning="whether what is there may be replaced")]


@dataclasses.dataclass(frozen=True)
class Export:
    """Frames `start` to `stop` (None: to the end) are to become a file of a kind, in the kernel's folder."""

    view: Number
    start: Frame
    stop: Frame | None
    kind: Text
    name: Text
    replace: Replace


@dataclasses.dataclass(frozen=True)
class ToNumpy:
    """They are to become a variable of the notebook."""

    view: Number
    start: Frame
    stop: Frame | None
    name: Text
    replace: Replace


@dataclasses.dataclass(frozen=True)
class Stop:
    """What is under way is no longer wanted."""

    view: Number


class Exports(Part):
    """One export at a time, in a worker, of a copy of the film that was on when it began."""

    name: ClassVar[str] = "exports"
    messages: ClassVar[dict[str, type[Any]]] = {
        "export": Export,
        "to_numpy": ToNumpy,
        "stop_export": Stop,
        "pack": Pack,
        "fetch": Fetch,
        "fetched": Fetched,
    }

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.task = Task(host, self.name, self._stands_otherwise)
        self._downloads = Downloads(host, self.name)

    @override
    def facts(self) -> dict[str, Any]:
        stream, job = self.host.described, self.task.job
        return {
            "kinds": kinds(),
            "folder": folder(),
            "ceiling": CEILING,
            "endless": stream.counted and stream.length is None,
            "job": job and dataclasses.asdict(job),
        }

    @override
    def receive(self, message: Export | ToNumpy | Stop | Pack | Fetch | Fetched) -> None:
        match message:
            case Export() | ToNumpy():
                self._export(message)
            case Stop():
                self.task.stop()
            case _:
                self._downloads.receive(message)

    @override
    def close(self) -> None:
        self.task.stop()
        self._downloads.close()

    def _export(self, message: Export | ToNumpy) -> None:
        goal = "file" if isinstance(message, Export) else "variable"
        reply = {"part": self.name, "view": message.view, "goal": goal}
        try:
            self.task.refuse_second()
            stream = self.host.described
            _refuse(message, stream)
            name, work, taken = _to_file(message) if isinstance(message, Export) else _to_variable(message)
            if taken and not message.replace:
                self.host.send(reply | {"op": "asks", "message": taken})
                return
            self.task.begin(goal, name, stream, work)
        except Exception as error:  # noqa: BLE001 - whatever a stream of one's own raises is told
            self.host.send(reply | {"op": "refused", "message": words(error)})

    def _stands_otherwise(self) -> None:
        job = self.task.job
        self._downloads.offer(job if job is not None and job.path else None)
        self.host.tell(self)


def _refuse(message: Export | ToNumpy, stream: Stream) -> None:
    if not stream.seekable:
        stream.read(0, 0)  # says that it is live
    if message.stop is not None and message.stop <= message.start:
        msg = f"frames = {message.start} up to {message.stop}, are none (the last number is the first left out); give more."
        raise KnobError(msg)


def _to_file(message: Export) -> tuple[str, Work, str]:
    """What it is called, what is to be done, and what is in its way."""
    path, count = place(message.name, message.kind), _count(message)
    taken = f"{path.name} is there already" if os.path.lexists(path) else ""
    return path.name, lambda stream, tell: _into_file(stream, path, message.start, count, tell), taken


def _into_file(stream: Stream, path: Path, start: int, count: int | None, tell: Progress) -> dict[str, Any]:
    save(stream, path, start, count, chunk=_chunk(stream), progress=tell)
    size = size_of(path)
    return {"words": f"{path}, {sized(size)}", "path": str(path), "bytes": size}


def _to_variable(message: ToNumpy) -> tuple[str, Work, str]:
    refuse_name(message.name)
    names = namespace()

    def work(stream: Stream, tell: Progress) -> dict[str, Any]:
        array = gathered(Film.of(stream, message.start, _count(message), _chunk(stream), None, "to_numpy"), tell)
        names[message.name] = array
        return {"words": told(message.name, array), "bytes": array.nbytes}

    return message.name, work, there(names, message.name)


def _count(message: Export | ToNumpy) -> int | None:
    return None if message.stop is None else message.stop - message.start


def _chunk(stream: Stream) -> int:
    pixels = stream.channels * stream.size[0] * stream.size[1]
    return max(1, min(_FRAMES_AT_ONCE, _VALUES_AT_ONCE // pixels))
