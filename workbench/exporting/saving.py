"""save: a stretch of a stream into a file that is whole, or not there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..core.cast import shown
from ..core.errors import ClippedWarning, FormatError, KnobError, WorkbenchError
from ..core.remark import remark
from ..core.stream import Stream
from .alone import alone
from .film import Film
from .kinds import kind_of
from .manifest import Manifest
from .placing import refuse_place, settle
from .progress import Progress, bar
from .sink import Sink


def save(
    stream: Stream,
    path: str | os.PathLike[str],
    start: int = 0,
    frames: int | None = None,
    *,
    chunk: int | None = None,
    value_range: tuple[float, float] | None = None,
    progress: Progress | bool | None = None,
) -> Path:
    """Writes frames `start` to `start + frames` (None: to the end) of a stream, and its recipe; gives the path.

    The suffix tells the kind: `workbench.exporting.kinds.table()` lists them. .npy .npz .zarr .h5 .tiff .inr hold float32 to
    the last bit; .mkv (FFV1), .webp and a folder of PNGs hold 8 bits, exactly these; .gif, .mp4, .webm and .avi are for
    looking. Where there are 8 bits, `value_range` (the stream's own where None) becomes 0..255, and a `ClippedWarning`
    counts the values outside. .events.npy, .bin and .aedat hold the ON (channel 0) and OFF events of a film of spikes.

    The film is read `chunk` frames at a time (also the length of a .zarr's chunks); the cursor stays. The file is `path.part`
    until it is whole; what was there before stays until then. An export to .npy, .zarr, .h5, .tiff or PNGs that was cut off
    goes on where it was when it is called again. `progress` is called with (frames done, frames in all), and by raising gives the
    export up, leaving nothing; None shows a bar to whoever looks.

    Raises `KnobError` (unknown suffix; endless stream without `frames`; a folder that holds anything but a film of ours;
    another export to the same path), `EndOfStream`, `ShapeError` (more than one film; channels that a picture cannot show;
    what is no count of spikes, for files of events), `DataMissing` (no such folder), `FormatError` (a disk that is full),
    `ExtraMissing` (.zarr and .h5 need packages of the extra `cluster`).

    >>> import workbench
    >>> from workbench.core import scratch
    >>> film = workbench.streams.RandomStream((4, 5), seed=7)
    >>> path = save(film, scratch.folder() / "noise.npy", frames=10)
    >>> workbench.from_file(path) == film
    True
    """
    target = _target(path)
    kind = kind_of(target)
    film = Film.of(stream, start, frames, chunk, value_range, "save")
    refuse_place(target, kind)
    manifest = Manifest(target, kind, film)
    with alone(target), _named_faults(target, manifest), bar(progress, target.name) as told:
        done = manifest.done()
        tell = _Cancel(told) if callable(progress) else told
        sink = kind.sink(film, target, resumed=done > 0)
        try:
            _write(film, sink, manifest, done, tell)
            sink.finish()
        except BaseException:
            sink.abandon()
            raise
        settle(target, kind, film)
        manifest.clear()
    if sink.clipped:
        low, high = film.value_range
        msg = (
            f"{target}: {sink.clipped} values, were outside {low:g}..{high:g} and were clipped; give workbench.save a "
            "value_range=(low, high)."
        )
        remark(msg, ClippedWarning)
    return Path(path)


def _target(path: object) -> Path:
    try:
        target = Path(path).absolute()  # type: ignore[arg-type]
    except TypeError as error:
        msg = f"save(path) = {shown(path)}, is not a path; give for example 'film.npy'."
        raise KnobError(msg) from error
    if target.name:
        return target
    msg = f"save(path) = {str(target)!r}, is not the name of a file or folder; give for example 'film.npy'."
    raise KnobError(msg)


class _Cancelled(Exception):  # noqa: N818 - no error
    """The caller's exception, on its way through."""


class _Cancel:
    """Tells what the progress function raised from what went wrong."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell

    def __call__(self, done: int, total: int) -> None:
        try:
            self._tell(done, total)
        except BaseException as error:
            raise _Cancelled from error


def _write(film: Film, sink: Sink, manifest: Manifest, done: int, tell: Progress) -> None:
    sink.clipped = manifest.clipped
    for number, (start, stop) in enumerate(film.bounds()):
        if number >= done:
            sink.put(start, film.read(start, stop))
            manifest.note(number + 1, sink.clipped)
        tell(stop, film.frames)


@contextlib.contextmanager
def _named_faults(target: Path, manifest: Manifest) -> Iterator[None]:
    try:
        yield
    except _Cancelled as error:
        manifest.clear()
        raise error.__cause__ or error from None
    except WorkbenchError:
        _drop_half(manifest)
        raise
    except OSError as error:
        _drop_half(manifest)
        again = "save again: it goes on from there" if manifest.keeps else "save again"
        msg = f"{target}: could not be written ({error}); make room or mend the folder, and {again}."
        raise FormatError(msg) from error
    except BaseException:
        _drop_half(manifest)
        raise


def _drop_half(manifest: Manifest) -> None:
    if not manifest.keeps:
        manifest.clear()
