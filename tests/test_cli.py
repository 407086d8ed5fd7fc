"""`python -m workbench`: what it writes and says, and its exit codes."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import workbench
from workbench import streams
from workbench.__main__ import main
from workbench.core.knob import knobs

FILM = np.random.default_rng(5).integers(0, 256, (23, 6, 10)).astype(np.float32)


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_save_with_options(tmp_path: Path) -> None:
    path = tmp_path / "f.npy"
    words = (
        "save",
        "RandomStream",
        "--size",
        4,
        5,
        "--level",
        3,
        "--mean",
        -1.5,
        "--seed",
        7,
        "--frames",
        20,
        "--start",
        2,
        path,
    )
    assert run(*words) == 0
    film = streams.RandomStream((4, 5), level=3.0, mean=-1.5, seed=7)
    assert np.array_equal(np.load(path), film[2:22][0, 0].numpy())
    assert workbench.from_file(path) == film


def test_save_from_files_and_recipes(tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", FILM)
    assert run("save", tmp_path / "in.npy", tmp_path / "out.zarr", "--chunk", 5, "--quiet") == 0
    assert run("save", tmp_path / "out.zarr", tmp_path / "back.npy") == 0
    assert np.array_equal(np.load(tmp_path / "back.npy"), FILM)
    noise = streams.RandomStream((4, 5), seed=7)
    (tmp_path / "noise.json").write_text(json.dumps(noise.recipe()))
    assert run("save", tmp_path / "noise.json", tmp_path / "noise.npy", "--frames", 9) == 0
    assert np.array_equal(np.load(tmp_path / "noise.npy"), noise[:9][0, 0].numpy())
    assert run("save", tmp_path / "noise.npy.recipe.json", tmp_path / "again.npy", "--frames", 9) == 0
    assert (tmp_path / "again.npy").read_bytes() == (tmp_path / "noise.npy").read_bytes()


def test_streams_of_streams_models_and_arrays(tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", FILM)
    path = tmp_path / "f.npy"
    assert run("save", "ProcessingStream", "--input_stream", tmp_path / "in.npy", "--model", "LowPass", path) == 0
    film = streams.ProcessingStream(streams.SequenceStream(FILM), workbench.filters.LowPass())
    assert np.array_equal(np.load(path), film[:][0, 0].numpy())
    assert run("save", "RepeatingStream", "--sequence", tmp_path / "in.npy", "--frames", 50, path) == 0
    assert np.array_equal(np.load(path), np.concatenate([FILM, FILM, FILM])[:50])


def test_options_of_every_kind(tmp_path: Path) -> None:
    for k in range(3):
        Image.fromarray(np.full((8, 9, 3), 50 * k, np.uint8)).save(tmp_path / f"{k}.png")
    files = [tmp_path / f"{k}.png" for k in range(3)]
    path = tmp_path / "f.npy"
    words = ("--size", 4, 5, "--offset", 1, 2, "--repeat", 2, "--is_color", "--filenames", *files)
    assert run("save", "ImageSequence", *words, "--frames", 6, path) == 0
    assert np.load(path).shape == (6, 4, 5, 3)
    assert np.load(path)[:, 0, 0, 0].tolist() == [0, 0, 50, 50, 100, 100]


@pytest.mark.parametrize("name", streams.catalogue())
def test_help_has_every_parameter(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("save", "info", "render"):
        with pytest.raises(SystemExit) as end:
            run(command, name, "--help")
        assert end.value.code == 0
        said = capsys.readouterr().out
        missing = [one for one in knobs(streams.catalogue()[name]) if f"--{one}" not in said]
        assert missing in ([], ["pre", "post"]), name  # functions are nothing for a command line


def test_help_lists_commands_streams_and_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--help")
    said = capsys.readouterr().out
    assert all(word in said for word in ("save", "info", "render", "lab"))
    with pytest.raises(SystemExit):
        run("save", "--help")
    said = capsys.readouterr().out
    assert all(word in said for word in (*streams.catalogue(), ".npy", ".zarr", "--frames", "--value-range"))


def test_info(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = streams.RandomStream((4, 5), seed=7)
    path = workbench.save(noise, tmp_path / "f.npy", 3, 9)
    assert run("info", path) == 0
    said = capsys.readouterr().out
    assert said.startswith("RandomStream(size=(4, 5), seed=7)\nendless of 4×5, 1 channel, values")
    assert "in this file: frames 3 to 11" in said
    assert "full width of the uniform distribution" in said
    assert run("info", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["recipe"] == noise.recipe()
    assert run("info", "RandomStream", "--size", 4, 5, "--seed", 7, "--json") == 0
    assert json.loads(capsys.readouterr().out) == noise.recipe()


@pytest.mark.parametrize("name", ["f.h5", "f.tiff", "f.webm", "f.avi", "f.bin", "f.aedat", "f.events.npy"])
def test_info_of_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    np.save(tmp_path / "in.npy", FILM > 127)
    assert run("save", "RepeatingStream", "--sequence", tmp_path / "in.npy", "--frames", 40, tmp_path / name, "--quiet") == 0
    assert run("info", tmp_path / name) == 0
    said = capsys.readouterr().out
    assert said.startswith("RepeatingStream(")
    assert "in this file: frames 0 to 39" in said
    film = streams.RepeatingStream(FILM > 127)
    assert run("info", tmp_path / name, "--json") == 0
    assert json.loads(capsys.readouterr().out)["recipe"] == film.recipe()
    assert run("render", tmp_path / name, tmp_path / "f.png") == 0


def test_render(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames = np.zeros((3, 2, 4))
    frames[1, 0, 1] = 1.0
    np.save(tmp_path / "f.npy", frames)
    assert run("render", tmp_path / "f.npy", "--start", 1) == 0
    assert capsys.readouterr().out == "  @@    \n        \n"
    assert run("render", tmp_path / "f.npy", tmp_path / "f.png", "--frames", 3) == 0
    with Image.open(tmp_path / "f.png") as strip:  # frames of 48×96 with gaps of 4
        found = np.asarray(strip.convert("RGBA"))[..., 0]
    wanted = np.zeros((48, 296))
    wanted[:24, 124:148] = 255
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("save", "RandomStream", "out.npy"), "endless"),
        (("save", "RandomStream", "--level", "-1", "--frames", "5", "out.npy"), "RandomStream.level = -1.0"),
        (("save", "RandomStream", "--frames", "5", "out.xyz"), "is not one of .npy"),
        (("save", "Nothing", "out.npy"), "is no file and no stream"),
        (("info", "missing.json"), "no recipe can be read"),
        (("info", "missing.JSON"), "no recipe can be read"),
        (("render", "RandomStream", "no/such/folder.png"), "folder.png: could not be written (No such file or directory)"),
        (("render", "RandomStream", "film.tiff"), "is not the name of a PNG"),
        (("render", "RandomStream", "--frames", "0"), "has no frames (of None in the film)"),
        (("render", "RandomStream", "--start", "-1"), "-1"),
        (("save", "ProcessingStream", "--input_stream", "RandomStream", "--model", "X", "--frames", "5", "o.npy"), "give one of"),
    ],
)
def test_named_errors_exit_with_1(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 1
    said = capsys.readouterr()
    assert said.err.startswith("workbench: ")
    assert message in said.err
    assert said.out == ""


def test_what_was_clipped_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("save", "RandomStream", tmp_path / "f.mkv", "--frames", 2, "--value-range", 0, 1, "--seed", 1) == 0
    assert re.fullmatch(r"workbench: .*f\.mkv: \d+ values, were outside 0\.\.1 and were clipped; .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    "words",
    [(), ("paint",), ("save",), ("save", "RandomStream", "--size", "4", "out.npy"), ("info", "RandomStream", "--leval", "1")],
)
def test_usage_errors_exit_with_2(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as end:
        run(*words)
    assert end.value.code == 2


def test_as_a_program(tmp_path: Path) -> None:
    def program(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "workbench", *words], capture_output=True, text=True, cwd=tmp_path, check=False
        )

    assert program("--version").stdout.strip() == workbench.__version__
    assert program("save", "RandomStream", "--frames", "5", "f.gif").returncode == 0
    with Image.open(io.BytesIO((tmp_path / "f.gif").read_bytes())) as image:
        assert image.n_frames == 5
    failed = program("save", "RandomStream", "f.gif")
    assert (failed.returncode, failed.stdout, "Traceback" in failed.stderr) == (1, "", False)
    lab = program("lab", "--version")
    assert (lab.returncode, lab.stdout[:1].isdigit()) == (0, True)
