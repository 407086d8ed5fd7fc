"""VideoReader against films whose every frame carries its number, written by another program."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import DataMissing, EndOfStream, FormatError, KnobError, WorkbenchError, from_recipe, to_numpy
from workbench import open as open_any
from workbench.files import decoding
from workbench.files.frame_index import FrameIndex
from workbench.files.window import Window
from workbench.streams import VideoReader

DATA = Path(__file__).parent / "data" / "video"
EXPECTED = np.load(DATA / "expected.npz")
SOURCES = np.load(DATA / "sources.npz")
NAMES = sorted({key.split(":")[0] for key in EXPECTED})


def whole(name: str | Path, mode: str = "rgb") -> VideoReader:
    return VideoReader(str(DATA / name), None, mode=mode)


def number(picture: np.ndarray) -> int:
    """The frame's number as its eight blocks tell it; `picture` is grey."""
    rows, block = picture.shape[0] // 3, picture.shape[1] // 8
    bits = [picture[:rows, k * block : (k + 1) * block].mean() > 128 for k in range(8)]
    return sum(bit << (7 - k) for k, bit in enumerate(bits))


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_there_once_and_in_its_colours(name: str) -> None:
    with whole(name) as film:
        pictures = to_numpy(film.get(10_000))
        assert len(film) == len(pictures) == len(EXPECTED[f"{name}:index"])
        assert film.dt == pytest.approx(1 / 25)
    if name == "h264_rot90.mp4":
        assert pictures.shape[1:3] == (64, 48)
        assert np.array_equal(pictures, np.rot90(to_numpy(whole("h264_bframes.mp4")[:]), axes=(1, 2)))
        pictures = np.rot90(pictures, -1, axes=(1, 2))
    assert [number(one.mean(axis=2)) for one in pictures] == EXPECTED[f"{name}:index"].tolist()
    assert np.abs(pictures.mean(axis=(1, 2)) - EXPECTED[f"{name}:mean_rgb"]).max() < 0.5


def test_rotated_film_is_upright_as_opencv_shows_it() -> None:
    capture = cv2.VideoCapture(str(DATA / "h264_rot90.mp4"))
    shown = capture.read()[1][..., ::-1].astype(float)
    capture.release()
    ours = to_numpy(whole("h264_rot90.mp4")[:1])[0]
    assert np.abs(ours - shown).mean() < 2


@pytest.mark.parametrize(
    ("name", "source"), [("ffv1_grey.mkv", "grey"), ("ffv1_rgb.mkv", "colour"), ("odd_ffv1_grey.mkv", "odd")]
)
def test_lossless_films_are_bit_for_bit_what_was_written(name: str, source: str) -> None:
    truth = SOURCES[source].astype(np.float32)
    colour = truth if truth.ndim == 4 else np.repeat(truth[..., None], 3, axis=3)
    assert np.array_equal(to_numpy(whole(name)[:]), colour)
    assert np.array_equal(to_numpy(whole(name, "mean")[:]), (colour.sum(axis=3) / np.float32(3)))
    for k, mode in enumerate("rgb"):
        assert np.array_equal(to_numpy(whole(name, mode)[:]), colour[..., k])


def mixed_orders(film: VideoReader, sequence: torch.Tensor, seed: int) -> None:
    draw = random.Random(seed)
    length = sequence.shape[2]
    for _ in range(60):
        start = draw.randrange(length)
        stop = min(length, start + draw.choice([1, 1, 2, 7, 30]))
        assert torch.equal(film.read(start, stop), sequence[:, :, start:stop]), (start, stop)


@pytest.mark.parametrize("name", NAMES)
def test_any_order_is_the_same_as_in_sequence(name: str) -> None:
    sequence = whole(name)[:]
    last = sequence.shape[2] - 1
    assert torch.equal(whole(name).read(last, last + 1), sequence[:, :, last:])
    with whole(name) as fresh:
        mixed_orders(fresh, sequence, seed=5)


def pictures(count: int = 70, rows: int = 48, columns: int = 64) -> np.ndarray:
    """Numbered frames with something that moves, in colour."""
    row, column = np.mgrid[:rows, :columns]
    film = np.stack([np.stack([128 + 90 * np.sin((column + 3 * t) / 7), row * 4 % 256, 0 * row + t], 2) for t in range(count)])
    for t in range(count):
        for k in range(8):
            film[t, : rows // 3, k * (columns // 8) : (k + 1) * (columns // 8)] = 224 if t >> (7 - k) & 1 else 32
    return film.astype(np.uint8)


def write(path: Path, codec: str, form: str, container: str, options: dict[str, str], film: np.ndarray, **more: object) -> Path:
    """A film as FFmpeg writes it by itself, with nothing of ours."""
    with av.open(str(path), "w", format=container, options=more.get("muxer", {})) as out:
        stream = out.add_stream(codec, rate=25, options=options)
        stream.height, stream.width, stream.pix_fmt = film.shape[1], film.shape[2], form
        if "tag" in more:
            stream.codec_context.codec_tag = more["tag"]
        kind = more.get("kind", "rgb24")
        for k, picture in enumerate(film):
            frame = av.VideoFrame.from_ndarray(picture, kind)
            frame.pts = k
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


HARD = {
    "divx_bframes.avi": ("mpeg4", "yuv420p", "avi", {"bf": "2", "g": "12"}, {"tag": "DIVX"}),
    "fragmented.mp4": ("libx264", "yuv420p", "mp4", {"bf": "3", "g": "15"}, {"muxer": {"movflags": "frag_keyframe+empty_moov"}}),
    "raw.h264": ("libx264", "yuv420p", "h264", {"bf": "3", "g": "15"}, {}),
    "open_gop.mkv": ("libx264", "yuv420p", "matroska", {"bf": "3", "g": "15", "x264-params": "open-gop=1"}, {}),
    "intra_refresh.mkv": ("libx264", "yuv420p", "matroska", {"g": "15", "x264-params": "intra-refresh=1"}, {}),
    "transport.ts": ("libx264", "yuv420p", "mpegts", {"bf": "3", "g": "15"}, {}),
    "mpeg.mpg": ("mpeg2video", "yuv420p", "mpeg", {"bf": "2", "g": "12"}, {}),
    "ten_bits.mkv": ("libx264", "yuv420p10le", "matroska", {"bf": "3", "g": "15"}, {}),
    "animated.gif": ("gif", "rgb8", "gif", {}, {}),
    "bottom_up.avi": ("rawvideo", "bgr24", "avi", {}, {}),
    "snow.nut": ("ffv1", "yuv444p16le", "nut", {}, {}),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_containers_are_exact_in_any_order(name: str, tmp_path: Path) -> None:
    codec, form, container, options, more = HARD[name]
    path = write(tmp_path / name, codec, form, container, options, pictures(), **more)
    with whole(path) as film:
        sequence = film[:]
        frames = to_numpy(sequence)
        numbers = [number(one.mean(axis=2)) for one in frames]
        assert numbers == list(range(70))
        assert np.abs(frames - pictures()).mean() < (24 if name == "animated.gif" else 8)  # colours, told from swapped ones
        mixed_orders(film, sequence, seed=6)
    with whole(path) as fresh:
        mixed_orders(fresh, sequence, seed=7)


def test_a_seek_that_lands_elsewhere_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demuxer that seeks wrongly is simulated by an index whose times point at other frames."""
    sequence = whole("mjpeg.avi")[:]
    with whole("mjpeg.avi") as film:
        film.get(60)
        monkeypatch.setattr(FrameIndex, "pts", lambda _self, at: at + 3)
        assert torch.equal(film.read(20, 30), sequence[:, :, 20:30])
        assert torch.equal(film.read(5, 9), sequence[:, :, 5:9])


def test_a_frame_is_known_by_time_and_picture() -> None:
    def frame(pts: int, **planes: int) -> av.VideoFrame:
        made = av.VideoFrame.from_ndarray(np.tile(np.arange(32, dtype=np.uint8), (36, 1)), "yuv420p")  # 24 rows of 32, and chroma
        for name, value in planes.items():
            np.asarray(memoryview(made.planes["yuv".index(name)]))[3] = value
        made.pts = pts
        return made

    index = FrameIndex()
    assert index.agrees(0, frame(7))
    assert index.agrees(0, frame(7))
    for other in (frame(8), frame(7, y=77), frame(7, u=77), frame(7, v=77)):
        assert not index.agrees(0, other)
    assert index.agrees(0, frame(7))


def deep(form: str, kind: str, film: np.ndarray, tmp_path: Path) -> np.ndarray:
    path = write(tmp_path / "deep.mkv", "ffv1", form, "matroska", {}, film, kind=kind)
    return to_numpy(whole(path)[:])


def test_more_than_eight_bits_are_scaled_to_255(tmp_path: Path) -> None:
    levels = np.arange(0, 65536, 16, dtype=np.uint16).reshape(1, 64, 64)
    grey = deep("gray16le", "gray16le", levels, tmp_path)
    assert np.abs(grey - levels[..., None] / 257).max() < 1 / 128
    assert grey.max() == pytest.approx(65520 / 257, abs=0.01)
    colour = np.random.default_rng(1).integers(0, 65536, (2, 20, 30, 3), np.uint16)
    assert np.abs(deep("gbrp16le", "gbrp16le", colour, tmp_path) - colour / 257).max() < 1 / 128


def test_transparency_is_dropped(tmp_path: Path) -> None:
    film = np.random.default_rng(2).integers(0, 256, (3, 20, 30, 4), np.uint8)
    path = write(tmp_path / "alpha.mkv", "ffv1", "bgra", "matroska", {}, film, kind="rgba")
    assert np.array_equal(to_numpy(whole(path)[:]), film[..., :3])


@pytest.mark.parametrize("name", ["h264_bframes_colour.mp4", "h264_rot90.mp4", "vp9.webm", "odd_ffv1_grey.mkv", "odd.mp4"])
@pytest.mark.parametrize("mode", ["mean", "r", "rgb"])
def test_a_window_is_the_same_part_of_the_whole(name: str, mode: str, tmp_path: Path) -> None:
    odd = name == "odd.mp4"
    path = write(tmp_path / name, "mpeg4", "yuv420p", "mp4", {}, pictures(20, 37, 51)) if odd else DATA / name
    full = whole(path, mode)
    rows, columns = full.size
    picture = full.read(7, 9)
    draw = random.Random(3)
    for _ in range(12):
        size = (draw.randint(1, rows), draw.randint(1, columns))
        top, left = draw.randint(0, rows - size[0]), draw.randint(0, columns - size[1])
        part = VideoReader(str(path), size, (top, left), mode=mode).read(7, 9)
        assert torch.equal(part, picture[..., top : top + size[0], left : left + size[1]]), (size, top, left)


def test_without_offset_the_window_is_in_the_middle_and_defaults_are_documented() -> None:
    film = VideoReader(str(DATA / "ffv1_grey.mkv"), (20, 30))
    assert np.array_equal(to_numpy(film.get(1))[0], SOURCES["grey"][0, 14:34, 17:47])
    assert film.ranges() == {"size": ((1, 48), (1, 64)), "offset": ((0, 28), (0, 34))}
    assert film.value_range == (0.0, 255.0)
    assert VideoReader(str(DATA / "ffv1_grey.mkv"), (20, 30), dt=0.5).dt == 0.5
    assert film.given()["dt"] is None
    assert from_recipe(film.recipe()) == film
    assert "offset" not in repr(film)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"size": (49, 10)}, r"\(48, 64\)"),
        ({"size": (20, 30), "offset": (29, 0)}, r"at most \(28, 34\)"),
        ({"mode": "luma"}, "mode"),
        ({"filename": -1}, "filename"),
        ({"filename": 2.5}, "filename"),
        ({"filename": True}, "filename"),
        ({"filename": "a\0b"}, "zero byte"),
        ({"filename": ["a"]}, "filename"),
    ],
)
def test_what_does_not_fit_is_a_knob_error(changes: dict[str, object], word: str) -> None:
    given = {"filename": str(DATA / "ffv1_grey.mkv"), "size": (48, 64), **changes}
    with pytest.raises(KnobError, match=word):
        VideoReader(**given)


def test_the_end_is_the_end() -> None:
    film = VideoReader(str(DATA / "truncated.avi"), (20, 20))
    assert not film.counted
    with pytest.raises(EndOfStream, match="15"):
        film.read(10, 16)
    assert film.read(10, 15).shape[2] == 5
    assert film[12:40].shape[2] == 3
    assert film.get(5000).shape[2] == 15
    with pytest.raises(EndOfStream):
        film.get(1)
    film.seek(14)
    assert film.available(1)
    assert not film.available(2)
    with pytest.raises(EndOfStream):
        VideoReader(str(DATA / "truncated.avi"), (20, 20)).seek(16)


def decoded_frames(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []
    agrees = FrameIndex.agrees
    monkeypatch.setattr(FrameIndex, "agrees", lambda self, number, frame: seen.append(number) or agrees(self, number, frame))
    return seen


def test_going_forward_decodes_each_frame_once_and_going_back_one_interval(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    shutil.copy(DATA / "h264_bframes.mp4", path)  # a file of its own: no other reader has counted it
    seen = decoded_frames(monkeypatch)
    with VideoReader(str(path), (20, 20)) as film:
        assert film._repr_html_()
        assert not film.counted
        seen.clear()
        for block in film.blocks(7):
            del block
        assert seen == list(range(60))
        seen.clear()
        film.read(50, 51)
        assert seen == [48, 49, 50]
        film.read(50, 52)
        assert seen == [48, 49, 50, 51]
        assert film.replace(mode="r").counted


@pytest.mark.parametrize("name", ["text_renamed.mp4", "zero_frames.avi", "README.md", "sources.npz"])
def test_what_is_no_film_is_a_format_error(name: str) -> None:
    with pytest.raises(FormatError, match=name):
        VideoReader(str(DATA / name))


def test_a_damaged_packet_is_passed_over_and_the_rest_is_there(tmp_path: Path) -> None:
    path = tmp_path / "damaged.avi"
    with av.open(str(DATA / "mjpeg.avi")) as film:
        packet = list(film.demux(video=0))[20]
        picture = bytes(packet)
    path.write_bytes((DATA / "mjpeg.avi").read_bytes().replace(picture, bytes(len(picture))))
    with whole(path, "mean") as film:
        numbers = [number(one) for one in to_numpy(film[:])]
    assert numbers == [k for k in range(60) if k != 20]


def test_colours_that_nobody_knows_are_a_format_error() -> None:
    with av.open(str(DATA / "vp9.webm")) as film:
        frame = next(film.decode(video=0))
    frame.colorspace = 200
    with pytest.raises(FormatError, match="colours"):
        Window(frame, (0, 0), (48, 64), "rgb")(frame)


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        out.mux(stream.encode(sound))
    with pytest.raises(FormatError, match=r"sound\.wav"):
        VideoReader(str(path))


@pytest.mark.parametrize("name", ["missing.avi", "http://localhost/film.mp4", "concat:a.avi|b.avi", "subfile,,:film", ".", ""])
def test_what_is_not_a_local_file_is_missing(name: str) -> None:
    with pytest.raises(DataMissing, match="is a folder" if name in (".", "") else "is not there"):
        VideoReader(name)


PLAYLISTS = {
    "list.ffconcat": "ffconcat version 1.0\nfile '{}'\n",
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "list.mpd": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>{}</BaseURL></Period></MPD>',
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n#{}",
}


@pytest.mark.parametrize("name", PLAYLISTS)
@pytest.mark.parametrize("suffix", ["", ".mp4", ".avi"])
def test_files_that_name_other_files_are_refused(name: str, suffix: str, tmp_path: Path) -> None:
    film = shutil.copy(DATA / "mjpeg.avi", tmp_path / "film.avi")
    path = tmp_path / (name + suffix)
    path.write_text(PLAYLISTS[name].format(Path(film).name))
    with pytest.raises(FormatError):
        VideoReader(str(path))


def test_a_picture_beyond_the_ceiling_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MOST_PIXELS", 48 * 64 - 1)
    for name in ("h264_bframes.mp4", "mjpeg.avi", "vp9.webm", "ffv1_rgb.mkv"):
        with pytest.raises(FormatError):
            whole(name)


def test_threads_share_a_reader_and_readers_share_a_file() -> None:
    sequence = whole("h264_bframes.mp4")[:]
    one, two = whole("h264_bframes.mp4"), whole("h264_bframes.mp4")
    draw = random.Random(9)
    jobs = [(draw.choice([one, two]), draw.randrange(58)) for _ in range(80)]
    with ThreadPoolExecutor(4) as pool:
        blocks = list(pool.map(lambda job: job[0].read(job[1], job[1] + 2), jobs))
    for (_, start), block in zip(jobs, blocks, strict=True):
        assert torch.equal(block, sequence[:, :, start : start + 2])
    assert one.position == two.position == 0


def _frames(film: VideoReader, start: int, stop: int) -> np.ndarray:
    return to_numpy(film.read(start, stop))


@pytest.mark.parametrize("kind", ["spawn", "fork"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_other_processes_open_the_file_again(kind: str) -> None:
    with whole("h264_bframes.mp4") as film:
        film.get(30)  # the decoder's threads are there when the process is forked
        with get_context(kind).Pool(2) as pool:
            asked = [pool.apply_async(_frames, (film, k, k + 3)) for k in (40, 2, 31)]
            answers = [one.get(60) for one in asked]
        for k, answer in zip((40, 2, 31), answers, strict=True):
            assert np.array_equal(answer, to_numpy(film.read(k, k + 3)))
        assert film.position == 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_reader_inherited_by_a_fork_reads_and_ends() -> None:
    with whole("h264_bframes.mp4") as film:
        before = film.get(30)
        child = os.fork()
        if child == 0:
            right = torch.equal(film.read(0, 30), before)
            film.close()
            del film
            os._exit(0 if right else 1)
        assert os.waitpid(child, 0)[1] == 0


def handles() -> tuple[set[str], int]:
    files = {str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink() and one.exists()}
    return {name for name in files if str(DATA) in name}, len(list(Path("/proc/self/task").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="handles are counted in /proc")
def test_close_gives_back_files_and_threads_and_reading_opens_again() -> None:
    whole("h264_bframes.mp4").get(3)  # what stays for good, stays now
    before = handles()
    film = whole("h264_bframes.mp4")
    first = film.get(20)
    assert handles()[0]
    assert handles()[1] > before[1]
    film.close()
    film.close()
    assert handles() == before
    assert torch.equal(film.read(0, 20), first)
    film.close()
    with pytest.raises(FormatError):
        whole("text_renamed.mp4")
    with pytest.raises(KnobError):
        VideoReader(str(DATA / "mjpeg.avi"), (500, 500))
    assert handles() == before


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in /proc")
def test_memory_stays_bounded_over_a_long_film(tmp_path: Path) -> None:
    path = tmp_path / "long.avi"
    write(path, "mpeg4", "yuv420p", "avi", {"g": "50"}, np.broadcast_to(pictures(1, 480, 640), (1500, 480, 640, 3)))
    script = f"""
        import resource, workbench
        from workbench.streams import VideoReader
        def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        VideoReader({str(DATA / "mjpeg.avi")!r}, None).get(2)
        before = peak()
        film = VideoReader({str(path)!r}, (100, 100))
        film.read(1300, 1400), film.read(10, 110), len(film)
        print(peak() - before)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 100  # MB


def test_open_picks_the_reader_and_a_part_is_told_by_its_bytes(tmp_path: Path) -> None:
    assert isinstance(open_any(DATA / "mjpeg.avi", size=(20, 20)), VideoReader)
    assert isinstance(open_any(DATA / "vp9.webm", size=None, mode="rgb"), VideoReader)
    with pytest.raises(FormatError, match="text_renamed"):
        open_any(DATA / "text_renamed.mp4")
    part = tmp_path / "film.avi.part"
    shutil.copy(DATA / "mjpeg.avi", part)
    assert len(whole(part)) == 60


SMALL = ["av1.webm", "h264_bframes.mp4", "odd_ffv1_grey.mkv", "truncated.avi", "vp9.webm", "h264_vfr.mkv"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SMALL), st.integers(0, 2**32), st.integers(0, 30), st.floats(0.02, 1), st.booleans())
def test_damaged_films_give_frames_or_a_named_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, flips: int, kept: float, early: bool
) -> None:
    data = bytearray((DATA / name).read_bytes())
    draw = random.Random(seed)
    del data[max(1, int(len(data) * kept)) :]
    for _ in range(flips):
        data[draw.randrange(min(len(data), 600) if early else len(data))] = draw.randrange(256)
    path = tmp_path_factory.getbasetemp() / f"damaged{seed % 7}_{name}"
    path.write_bytes(data)
    try:
        with VideoReader(str(path), None) as film:
            length = len(film)
            frames = film.get(10_000)
            assert frames.shape[2] == length
            assert torch.equal(film.read(length // 2, length), frames[:, :, length // 2 :])
    except WorkbenchError:
        pass
