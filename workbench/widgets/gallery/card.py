"""Card: a stream of the gallery, made when it is first asked for; and how a file is opened for one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ... import streams
from ...core.cast import shown
from ...core.errors import FormatError, KnobError
from ...core.knob import knobs
from ...core.stream import Stream
from ..description import about
from ..player import MOST_VALUES, known_length

_MOST_ALONG_A_SIDE = int(MOST_VALUES**0.5)


class Card:
    """A name, a line about it, and a stream; or the words that say why there is none.

    `files` are the names of its files in the inbox. A `lent` stream is the caller's, and is never closed.
    """

    def __init__(self, number: int, name: str, make: Callable[[], Stream] | None = None, *, sent: bool = False) -> None:
        self.number = number
        self.name = name
        self.line = ""
        self.trouble = ""
        self.sent = sent  # by a browser
        self.receiving = sent
        self.lent = False
        self.files: tuple[str, ...] = ()
        self._make = make
        self._lock = threading.Lock()
        self._stream: Stream | None = None

    @classmethod
    def of(cls, number: int, thing: object) -> Card:
        """Gives the card of a stream, or of the example of a class of streams."""
        kind = thing if isinstance(thing, type) else type(thing)
        if not issubclass(kind, Stream):
            msg = f"gallery({shown(thing)}), is not a stream or a class of streams; give for example gallery(MyStream)."
            raise KnobError(msg)
        card = cls(number, kind.__name__, kind.example)
        card.line = about(kind)
        if isinstance(thing, Stream):
            card._stream, card.lent = thing, True
        return card

    @property
    def stream(self) -> Stream:
        """The stream, always the same one. Making it may raise whatever the stream raises."""
        with self._lock:
            if self._stream is None:
                if self._make is None:
                    msg = f"{self.name}, is not here (a file that did not come whole); send it again."
                    raise FormatError(msg)
                self._stream = self._make()
            return self._stream

    def put(self, stream: Stream, *files: str) -> None:
        """Puts a stream on the card, read from these files of the inbox."""
        self._stream, self.files, self.receiving = stream, files, False
        self.line = f"{type(stream).__name__}: {_measures(stream)}"

    def refuse(self, words: str) -> None:
        """Says on the card why there is no stream."""
        self.close()
        self.trouble, self.files, self.receiving = words, (), False

    def close(self) -> None:
        """Gives back what the stream has open."""
        if self._stream is not None and not self.lent:
            self._stream.close()

    def facts(self) -> dict[str, Any]:
        """What the page needs to know of it."""
        return {name: getattr(self, name) for name in ("number", "name", "line", "trouble", "receiving", "sent")}


def opened(file: Path) -> Stream:
    """Gives a file as a stream, the whole of its picture or as much of the middle as a bench can show; reads a frame of it."""
    stream = streams.open(file)
    try:
        if "offset" in knobs(stream) and stream.size[0] * stream.size[1] > MOST_VALUES:
            rows, columns = stream.size
            stream.close()
            stream = stream.replace(size=(min(rows, _MOST_ALONG_A_SIDE), min(columns, _MOST_ALONG_A_SIDE)))
        stream.upto(stream.first, stream.first + 1)
    except BaseException:
        stream.close()
        raise
    return stream


def _measures(stream: Stream) -> str:
    size = f"{stream.size[0]} × {stream.size[1]} px"
    length = known_length(stream)
    return size if length is None else f"{size}, {length} {'frame' if length == 1 else 'frames'}"
