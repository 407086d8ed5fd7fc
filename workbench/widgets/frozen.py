"""Frozen: a stretch of film with its player as one piece of HTML, for pages that have no kernel."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import os
from pathlib import Path
from typing import Annotated, Any

from ..core import pixels
from ..core.errors import EndOfStream, SeekError
from ..core.knob import Knob, knobs
from ..core.pixels import Range
from ..core.stream import Stream
from . import source
from .clip import Clip, clip, poster
from .protocol import Frame

MOST_BYTES = 1 << 20

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>:root {{ color-scheme: light dark; }} body {{ margin: 16px; }}</style></head>
<body>{body}</body></html>
"""


@dataclasses.dataclass(frozen=True)
class Stretch:
    """Which frames to freeze."""

    start: Frame
    frames: Annotated[int, Knob(1, 10_000, "frames", "frames to keep, as far as there is room")]

    @classmethod
    def of(cls, start: object, frames: object) -> Stretch:
        """Gives a stretch of whole numbers, or raises `KnobError`."""
        declared = knobs(cls)
        return cls(declared["start"].check(start, "freeze"), declared["frames"].check(frames, "freeze"))


def frozen_clip(stream: Stream, shown: Range, start: object, frames: object) -> Clip:
    """Gives the clip to freeze; `SeekError` of a live stream, `EndOfStream` where there are no frames."""
    name = type(stream).__name__
    if not stream.seekable:
        msg = f"freeze() = {name}, is live (it has no frames to go back to); freeze workbench.bench(stream.record(100))."
        raise SeekError(msg)
    wanted = Stretch.of(stream.position if start is None else start, frames)
    made = clip(stream, shown, wanted.start, wanted.frames, MOST_BYTES)
    if not made:
        msg = f"freeze() = {name}, has no frames; put some in first."
        raise EndOfStream(msg)
    return made


class Frozen:
    """What `Bench.freeze` gives: shown as the last line of a cell, it plays in the saved notebook and in HTML made of it.

    Where scripts may not run (a notebook that is not trusted), a strip of its frames is seen.
    """

    def __init__(self, facts: dict[str, Any], clip: Clip, styles: tuple[str, ...]) -> None:
        self._facts, self._clip, self._styles = facts, clip, styles

    @property
    def html(self) -> str:
        """The player, the film and a poster of it as an HTML fragment that needs nothing else."""
        film = base64.b64encode(self._clip["data"]).decode()
        saved = {name: value for name, value in self._clip.items() if name != "data"}
        given = json.dumps({"facts": self._facts, "clip": saved}).replace("<", "\\u003c")
        name = "wb-" + hashlib.sha256(given.encode() + self._clip["data"]).hexdigest()[:16]
        script = f'{source.module("frozen.js")}\nmount(document.getElementById("{name}"), {given}, "{film}");'
        strip = base64.b64encode(pixels.strip(poster(self._clip))).decode()
        words = html.escape(f"{self._facts['film']['name']}, some of {self._clip['count']} frames")
        image = f'<img alt="{words}" style="max-width:100%;image-rendering:pixelated" src="data:image/png;base64,{strip}">'
        style = f"<style>{source.style(*self._styles)}</style>"
        return f'{style}<div id="{name}">{image}</div><script type="module">{script}</script>'

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes it as a page of its own; gives the path."""
        title = html.escape(self._facts["film"]["name"])
        Path(path).write_text(_PAGE.format(title=title, body=self.html), "utf-8")
        return Path(path)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        facts = self._clip
        return f"Frozen({self._facts['film']['name']}, {facts['count']} frames of {facts['rows']}×{facts['columns']})"
