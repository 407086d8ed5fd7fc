"""Films as data for training: torch data sets whose workers never repeat or skip a frame."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor
from torch.utils.data import Dataset, IterableDataset, get_worker_info
from typing_extensions import override

from ..core.cast import frame_number
from ..core.errors import KnobError
from ..core.stream import Stream
from .film import Film


class FilmDataset(Dataset[Tensor]):
    """Windows of a film by number: item k is frames `start + k·window` on, as [channel, time, height, width].

    There are only whole windows: what is left at the end of the film is no item. For a DataLoader with any sampler and
    any number of workers. An endless stream needs `frames` (`KnobError`).

    >>> from workbench.streams import RandomStream
    >>> data = FilmDataset(RandomStream((4, 5), seed=1), 100, window=8)
    >>> len(data), data[3].shape
    (12, torch.Size([1, 8, 4, 5]))
    """

    def __init__(self, stream: Stream, frames: int | None = None, *, window: int = 1, start: int = 0) -> None:
        self._window = _length(window, "FilmDataset")
        self._film = Film.of(stream, start, frames, None, None, "FilmDataset")

    def __len__(self) -> int:
        """The number of whole windows."""
        return self._film.frames // self._window

    @override
    def __getitem__(self, index: int) -> Tensor:
        first = range(len(self))[index] * self._window
        return self._film.read(first, first + self._window)[0]


class FilmIterableDataset(IterableDataset[Tensor]):
    """Windows of a film in their order, each [channel, time, height, width]; endless where the stream is.

    Of n workers, worker k gives the windows k, k + n, k + 2n …: a DataLoader takes turns between them, so that with
    `batch_size=None` the windows come in the order of the film. Each pass begins at `start`; the stream's cursor stays.

    A film whose frames hang on those before them (a model's output) is made by every worker in full: save it first.

    >>> from workbench.streams import RandomStream
    >>> data = FilmIterableDataset(RandomStream((4, 5), seed=1), window=8)
    >>> next(iter(data)).shape
    torch.Size([1, 8, 4, 5])
    """

    def __init__(self, stream: Stream, frames: int | None = None, *, window: int = 1, start: int = 0) -> None:
        self._window = _length(window, "FilmIterableDataset")
        endless = isinstance(stream, Stream) and frames is None and stream.length is None
        film = Film.of(stream, start, 1 if endless else frames, None, None, "FilmIterableDataset")
        self._stream, self._start = film.stream, film.start
        self._windows = None if endless else film.frames // self._window

    @override
    def __iter__(self) -> Iterator[Tensor]:
        worker = get_worker_info()
        number, step = (0, 1) if worker is None else (worker.id, worker.num_workers)
        while self._windows is None or number < self._windows:
            first = self._start + number * self._window
            yield self._stream.read(first, first + self._window)[0]
            number += step

    def __len__(self) -> int:
        """The number of windows; an endless film has none."""
        if self._windows is None:
            msg = "len(FilmIterableDataset), is not known (an endless film); give frames=1000."
            raise TypeError(msg)
        return self._windows


def _length(window: int, owner: str) -> int:
    if frame_number(window, f"{owner}(window)") == 0:
        msg = f"{owner}(window) = 0, is not a length (frames in an item); give 1 or more."
        raise KnobError(msg)
    return window
