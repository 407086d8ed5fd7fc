"""`python -m workbench`: films saved, told of and shown from a command line. Exits with 0, 1 (a named error) or 2 (usage)."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from . import __version__, streams
from .core import pixels
from .core.errors import ExtraMissing, FormatError, KnobError, WorkbenchError
from .core.knob import describe
from .core.remark import heard
from .core.stream import Stream
from .exporting import save
from .exporting.kinds import table
from .exporting.loading import read_record
from .exporting.options import add_options, built, source

_WIDTH = 72  # characters of a picture in the terminal
_INK = np.array(list(" .:-=+*#%@"))
_SOURCE = "a stream of the catalogue, a recipe (.json), or a film's file"


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    words = sys.argv[1:] if words is None else words
    parser = _parser(_named_stream(words))
    given, others = parser.parse_known_args(words)
    if given.run is _lab:
        given.arguments = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        with heard(_warn):
            return int(given.run(given))
    except WorkbenchError as error:
        _warn(error)
        return 1
    except KeyboardInterrupt:
        return 130


def _named_stream(words: Sequence[str]) -> type[Stream] | None:
    """The stream whose options belong to this command line."""
    return streams.catalogue().get(words[1]) if len(words) > 1 else None


def _parser(stream: type[Stream] | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m workbench", description="Visual stimuli as files, facts and pictures.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    names = "streams: " + ", ".join(streams.catalogue())
    more = f"{names}\n\nThe parameters of a stream: python -m workbench COMMAND STREAM --help"
    raw = argparse.RawDescriptionHelpFormatter
    saving = commands.add_parser("save", help="write a film into a file", epilog=f"{table()}\n\n{more}", formatter_class=raw)
    telling = commands.add_parser("info", help="say what a film is", epilog=more, formatter_class=raw)
    showing = commands.add_parser("render", help="show frames, here or as a PNG", epilog=more, formatter_class=raw)
    for command in (saving, telling, showing):
        command.add_argument("source", metavar="SOURCE", help=_SOURCE)
        if stream is not None:
            add_options(command, stream)
            command.set_defaults(stream=stream)
    saving.add_argument("out", metavar="OUT", help="the file to write; its suffix tells the kind")
    _stretch(saving, None)
    saving.add_argument("--chunk", type=int, help="frames read at a time; the chunks of a .zarr")
    saving.add_argument("--value-range", type=float, nargs=2, metavar=("LOW", "HIGH"), help="what becomes 0..255 in pictures")
    saving.add_argument("--quiet", action="store_true", help="no bar")
    saving.set_defaults(run=_save)
    telling.add_argument("--json", action="store_true", help="the recipe, or all that a saved file says, as JSON")
    telling.set_defaults(run=_info)
    showing.add_argument("out", metavar="OUT.png", nargs="?", help="a PNG with the frames side by side; without it, characters")
    _stretch(showing, 1)
    showing.set_defaults(run=_render)
    lab = commands.add_parser("lab", help="open JupyterLab", description="Opens JupyterLab, which gets all other arguments.")
    lab.set_defaults(run=_lab)
    return parser


def _stretch(command: argparse.ArgumentParser, frames: int | None) -> None:
    command.add_argument("--start", type=int, default=0, help="the first frame (default 0)")
    told = "to the end" if frames is None else str(frames)
    command.add_argument("--frames", type=int, default=frames, help=f"how many frames (default {told})")


def _stream(given: argparse.Namespace) -> Stream:
    return built(given.stream, vars(given)) if "stream" in given else source(given.source)


def _save(given: argparse.Namespace) -> int:
    span = None if given.value_range is None else tuple(given.value_range)
    quiet = False if given.quiet else None
    save(_stream(given), given.out, given.start, given.frames, chunk=given.chunk, value_range=span, progress=quiet)
    return 0


def _info(given: argparse.Namespace) -> int:
    path, stream = Path(given.source), _stream(given)
    record = read_record(path.absolute()) if "stream" not in given and path.suffix.lower() != ".json" else None
    if given.json:
        _say(json.dumps(record or stream.recipe(), indent=2))
        return 0
    length = "endless" if stream.length is None else f"{stream.length} frame{'s' * (stream.length != 1)}"
    rows, columns = stream.size
    low, high = stream.value_range
    _say(repr(stream))
    _say(f"{length} of {rows}×{columns}, {stream.channels} channel{'s' * (stream.channels > 1)}, values {low:g}..{high:g}")
    _say(f"dt {stream.dt:g} s, {stream.pixel_per_degree:g} px/deg")
    if record:
        start = record["start"]
        _say(f"in this file: frames {start} to {start + record['frames'] - 1}, written by version {record['workbench']}")
    _say(f"\n{describe(stream)}")
    return 0


def _render(given: argparse.Namespace) -> int:
    stream = _stream(given)
    block = stream.upto(given.start, given.start + given.frames)
    if not block.shape[2]:
        msg = f"--start {given.start} --frames {given.frames}, has no frames (of {stream.length} in the film); give others."
        raise KnobError(msg)
    shown, _ = pixels.to_bytes(block, pixels.display_range(stream.value_range))
    if given.out:
        _write(Path(given.out), pixels.strip(shown))
        return 0
    for frame in shown:
        _say(_characters(frame))
    return 0


def _write(path: Path, png: bytes) -> None:
    if path.suffix.lower() != ".png":
        msg = f"OUT.png = {str(path)!r}, is not the name of a PNG; give one that ends in .png."
        raise KnobError(msg)
    try:
        path.write_bytes(png)
    except OSError as error:
        msg = f"{path}: could not be written ({error.strerror}); mend the folder, or give another."
        raise FormatError(msg) from error


def _characters(frame: pixels.Bytes) -> str:
    """A frame as text, brighter where there is more ink: a character is twice as high as wide."""
    image = pixels.picture(frame).convert("L")
    width = min(_WIDTH, 2 * image.width)
    height = max(1, round(image.height * width / image.width / 2))
    grey = np.asarray(image.resize((width, height), Image.Resampling.BOX))
    return "\n".join("".join(row) for row in _INK[grey.astype(int) * len(_INK) // 256])


def _lab(given: argparse.Namespace) -> int:
    if importlib.util.find_spec("jupyterlab") is None:
        msg = "jupyterlab, is not installed (the bench opens in it); pip install 'stimulus-workbench[lab]'."
        raise ExtraMissing(msg)
    root = ["--allow-root"] * (hasattr(os, "geteuid") and os.geteuid() == 0)
    return subprocess.run([sys.executable, "-m", "jupyterlab", *root, *given.arguments], check=False).returncode  # noqa: S603


def _warn(words: object) -> None:
    print(f"workbench: {words}", file=sys.stderr)  # noqa: T201 - a command says what is wrong


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    sys.exit(main())
