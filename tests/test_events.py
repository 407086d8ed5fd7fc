"""Events: to frames and back, exactly; and files whose bytes are laid out by hand."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst

from workbench.core.errors import DataMissing, FormatError, KnobError, ShapeError
from workbench.files.events import EVENT, EventReader, Events, EventWriter, events, frames, read_events, write_events
from workbench.streams import NumpyReader, RandomStream, SequenceStream
from workbench.streams import open as open_film

drawn = settings(max_examples=60, deadline=None, derandomize=True, database=None)
steps = st.sampled_from([1e-6, 1.5e-6, 1 / 30000, 1e-4, 0.001, 1 / 60, 1 / 24, 0.0011, 2.0]) | st.floats(1e-6, 10)


def records(*rows: tuple[int, int, int, bool]) -> Events:
    return np.array(list(rows), EVENT)


THREE = records((1000, 3, 7, True), (2500, 33, 0, False), (8_388_607, 0, 33, True))


# events ↔ frames


@drawn
@given(
    nst.arrays(np.float32, st.tuples(st.just(1), st.integers(1, 2), st.integers(0, 9), st.integers(1, 4), st.integers(1, 5)),
               elements=st.integers(0, 1) | st.integers(0, 3)),
    steps,
    st.integers(0, 10**6),
)  # fmt: skip
def test_frames_to_events_and_back(block: np.ndarray, dt: float, start: int) -> None:
    found = events(torch.from_numpy(block), start, dt=dt)
    assert len(found) == block.sum()
    back = frames(found, block.shape[3:], dt=dt, start=start, stop=start + block.shape[2])  # type: ignore[arg-type]
    assert torch.equal(back[:, : block.shape[1]], torch.from_numpy(block))
    assert block.shape[1] == 2 or back[:, 1].sum() == 0


@drawn
@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 9), st.integers(0, 7), st.booleans())), st.floats(0.01, 1))
def test_no_event_is_lost(rows: list[tuple[int, int, int, bool]], dt: float) -> None:
    block = frames(records(*rows), (8, 10), dt=dt)
    wanted: dict[tuple[int, int, int, int], int] = {}
    for t, x, y, p in rows:
        place = (1 - p, t * 10**6 // round(dt * 1e12), y, x)
        wanted[place] = wanted.get(place, 0) + 1
    found = {tuple(place): int(block[0][tuple(place)]) for place in block[0].nonzero().tolist()}
    assert found == wanted


def test_events_to_frames_and_back() -> None:
    """Times that are frames' times come back to the microsecond."""
    chance = np.random.default_rng(1)
    pixels = chance.choice(300 * 2 * 8 * 9, 500, replace=False)
    t, p, y, x = np.unravel_index(np.sort(pixels), (300, 2, 8, 9))
    made = np.empty(500, EVENT)
    made["t"], made["x"], made["y"], made["p"] = t * 1000, x, y, p == 0
    back = events(frames(made, (8, 9)), 0)
    np.testing.assert_array_equal(back, made)


def test_bins_are_half_open() -> None:
    found = records((0, 0, 0, True), (999, 0, 0, True), (1000, 0, 0, True), (1001, 0, 0, False), (1999, 0, 0, False))
    assert frames(found)[0, :, :, 0, 0].tolist() == [[2, 1], [0, 2]]


def test_a_window_takes_what_is_in_it() -> None:
    found = records((999, 0, 0, True), (1000, 0, 0, True), (2999, 0, 0, True), (3000, 0, 0, True))
    assert frames(found, start=1, stop=3).sum((0, 1, 3, 4)).tolist() == [1, 1]
    assert frames(found, (2, 2), start=9, stop=12).shape == (1, 2, 3, 2, 2)
    assert frames(found, start=9, stop=12).sum() == 0


def test_zero_length() -> None:
    none = records()
    assert frames(none).shape == (1, 2, 0, 1, 1)
    assert frames(none, (3, 4)).shape == (1, 2, 0, 3, 4)
    assert frames(none, (3, 4), stop=5).shape == (1, 2, 5, 3, 4)
    assert len(events(torch.zeros(1, 2, 0, 3, 4))) == 0
    assert len(events(torch.zeros(1, 2, 7, 3, 4))) == 0
    assert events(torch.zeros(7, 3, 4)).dtype == EVENT


def test_order_and_fields() -> None:
    block = torch.zeros(1, 2, 3, 2, 3)
    block[0, 1, 1, 0, 2] = block[0, 0, 1, 1, 0] = block[0, 0, 2, 0, 1] = 1
    assert events(block, dt=0.01).tolist() == [(10000, 0, 1, True), (10000, 2, 0, False), (20000, 1, 0, True)]
    assert [EVENT[name].str for name in ("t", "x", "y", "p")] == ["<i8", "<i2", "<i2", "|b1"]


def test_a_stream_is_read_piece_by_piece() -> None:
    spikes = (torch.rand(1, 2, 400, 90, 90, generator=torch.Generator().manual_seed(1)) < 0.01).float()
    film = SequenceStream(spikes, dt=0.004)
    film.get(7)
    found = events(film)
    np.testing.assert_array_equal(found, events(spikes, dt=0.004))
    np.testing.assert_array_equal(events(film, 100, 150), events(spikes[:, :, 100:150], 100, dt=0.004))
    assert film.position == 7


def test_what_is_no_spikes_is_refused() -> None:
    for wrong in (torch.full((2, 3, 4), 0.5), torch.full((2, 3, 4), -1.0), torch.full((2, 3, 4), float("nan"))):
        with pytest.raises(ShapeError, match="count of spikes"):
            events(wrong)
    with pytest.raises(ShapeError, match="ON and OFF"):
        events(torch.zeros(1, 3, 2, 4, 5))
    with pytest.raises(KnobError, match="endless"):
        events(RandomStream((4, 5), seed=1))
    with pytest.raises(KnobError, match="microsecond"):
        events(torch.ones(2, 3, 4), dt=1e-7)
    with pytest.raises(ShapeError, match="larger"):
        frames(records((0, 5, 0, True)), (5, 5))
    with pytest.raises(ShapeError, match="from 0 on"):
        frames(records((0, -1, 0, True)))
    with pytest.raises(ShapeError, match="100 days"):
        frames(records((2**60, 0, 0, True)))
    with pytest.raises(ShapeError, match="records of t, x, y and p"):
        frames(np.zeros((5, 4)))
    with pytest.raises(ShapeError, match="cannot"):
        frames(np.array([(0.5, 1, 2, 1)], [("t", "f8"), ("x", "i4"), ("y", "i4"), ("p", "i1")]))


def test_records_of_other_libraries() -> None:
    others = np.array([(3, 7, 1000, 1), (33, 0, 2500, 0)], [("x", "<i4"), ("y", "<i4"), ("t", "<u8"), ("p", "i1")])
    assert torch.equal(frames(others, (34, 34)), frames(THREE[:2], (34, 34)))


# files


def test_bits_of_n_mnist(tmp_path: Path) -> None:
    """x 8, y 8, p 1, t 23 bits, the highest first (garrickorchard.com/datasets/n-mnist)."""
    wanted = b"".join((x << 32 | y << 24 | p << 23 | t).to_bytes(5, "big") for t, x, y, p in THREE.tolist())
    write_events(tmp_path / "a.bin", THREE)
    assert (tmp_path / "a.bin").read_bytes() == wanted
    np.testing.assert_array_equal(read_events(tmp_path / "a.bin"), THREE)
    film = EventReader(tmp_path / "a.bin")
    assert (film.size, film.length) == ((34, 34), 8389)
    assert film[2][0, 1, 0, 0, 33] == 1


def test_records_of_numpy(tmp_path: Path) -> None:
    write_events(tmp_path / "a.npy", THREE)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), THREE)
    others = np.empty(3, [("p", "?"), ("y", ">i4"), ("t", "<i8"), ("x", "<u2")])
    for name in "pytx":
        others[name] = THREE[name]
    np.save(tmp_path / "b.npy", others)
    np.testing.assert_array_equal(read_events(tmp_path / "b.npy"), THREE)


def test_aedat_of_a_davis(tmp_path: Path) -> None:
    """Addresses: y 30–22, x 21–12, p 11; row 0 below; bit 31 frames, bit 10 signals (docs.inivation.com, AEDAT 2.0)."""
    head = b"#!AER-DAT2.0\r\n# This is a raw AE data file\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n"
    pairs = [(179 << 22 | 5 << 12 | 1 << 11, 10), (1 << 31 | 7 << 22, 11), (7 << 22 | 1 << 10, 12), (239 << 12, 13)]
    (tmp_path / "a.aedat").write_bytes(head + b"".join(struct.pack(">II", *pair) for pair in pairs))
    assert read_events(tmp_path / "a.aedat").tolist() == [(10, 5, 0, True), (13, 239, 179, False)]
    assert EventReader(tmp_path / "a.aedat").size == (180, 240)


def test_aedat_of_a_dvs128(tmp_path: Path) -> None:
    """Addresses: external 15, y 14–8, x 7–1, p 0."""
    pairs = [(127 << 8 | 3 << 1 | 1, 10), (1 << 15, 11), (126 << 1, 2**31 - 1)]
    body = b"".join(struct.pack(">II", *pair) for pair in pairs)
    (tmp_path / "a.aedat").write_bytes(b"#!AER-DAT2.0\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\n" + body)
    assert read_events(tmp_path / "a.aedat").tolist() == [(10, 3, 0, True), (2**31 - 1, 126, 127, False)]


def test_aedat_as_it_is_written(tmp_path: Path) -> None:
    write_events(tmp_path / "a.aedat", THREE)
    raw = (tmp_path / "a.aedat").read_bytes()
    assert raw.startswith(b"#!AER-DAT2.0\r\n")
    assert b"\r\n# AEChip: eu.seebetter.ini.chips.davis.Davis640\r\n" in raw
    assert raw[-24:-16] == struct.pack(">II", (479 - 7) << 22 | 3 << 12 | 1 << 11, 1000)
    np.testing.assert_array_equal(read_events(tmp_path / "a.aedat"), THREE)


def test_aedat_events_that_begin_like_a_header(tmp_path: Path) -> None:
    """Byte 0x23 is #: an address of a row about 140 from below begins with it."""
    rows = records(*[(t, t % 640, 479 - 140, True) for t in range(0x0A0A)])
    write_events(tmp_path / "a.aedat", rows)
    np.testing.assert_array_equal(read_events(tmp_path / "a.aedat"), rows)
    head = b"#!AER-DAT2.0\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS640\r\n"  # an older file, without a mark
    (tmp_path / "b.aedat").write_bytes(head + struct.pack(">IIII", 140 << 22, 10, 140 << 22, 11))
    assert read_events(tmp_path / "b.aedat").tolist() == [(10, 0, 339, False), (11, 0, 339, False)]


@pytest.mark.parametrize("suffix", [".bin", ".npy", ".aedat"])
def test_a_film_of_spikes_through_a_file(tmp_path: Path, suffix: str) -> None:
    spikes = (torch.rand(1, 2, 300, 20, 30, generator=torch.Generator().manual_seed(1)) < 0.01).float()
    spikes[0, 0, -1, 3, 4] = 1
    with EventWriter(tmp_path / f"a{suffix}", dt=0.002) as file:
        for start, stop in ((0, 1), (1, 150), (150, 300)):
            file.put(spikes[:, :, start:stop])
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]
    film = EventReader(tmp_path / f"a{suffix}", (20, 30), dt=0.002)
    assert torch.equal(film.read(0, 300), spikes)
    assert torch.equal(film.read(77, 90), spikes[:, :, 77:90])
    assert (film.length, film.value_range) == (300, (0.0, 1.0))
    np.testing.assert_array_equal(events(film), events(spikes, dt=0.002))


@pytest.mark.parametrize("suffix", [".bin", ".npy", ".aedat"])
def test_silence(tmp_path: Path, suffix: str) -> None:
    with EventWriter(tmp_path / f"a{suffix}") as file:
        file.put(np.zeros((9, 4, 5)))
    film = EventReader(tmp_path / f"a{suffix}")
    assert film.length == 0
    assert len(read_events(tmp_path / f"a{suffix}")) == 0


@pytest.mark.parametrize("suffix", [".bin", ".npy", ".aedat"])
def test_a_killed_recording_is_readable(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(KeyboardInterrupt), EventWriter(tmp_path / f"a{suffix}") as file:
        file.put(np.ones((3, 4, 5)))
        raise KeyboardInterrupt
    part = tmp_path / f"a{suffix}.part"
    assert len(read_events(part)) == 60
    with part.open("ab") as torn:
        torn.write(b"\0\0\0")
    assert len(read_events(part)) == 60


def test_files_are_told_apart(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.zeros((5, 4, 3)))
    for name in ("a.npy", "a.bin", "a.aedat"):
        write_events(tmp_path / name, THREE)
        assert type(open_film(tmp_path / name)) is EventReader
    assert type(open_film(tmp_path / "film.npy")) is NumpyReader
    (tmp_path / "no.bin").write_bytes(bytes(range(200, 0, -1)))
    with pytest.raises(FormatError, match="events"):
        open_film(tmp_path / "no.bin")


def test_what_the_bits_do_not_hold(tmp_path: Path) -> None:
    for name, wrong in {
        "a.bin": [(2**23, 0, 0, True), (0, 256, 0, True), (0, 0, 256, True), (-1, 0, 0, True)],
        "a.aedat": [(2**31, 0, 0, True), (0, 640, 0, True), (0, 0, 480, True)],
    }.items():
        for row in wrong:
            with pytest.raises(ShapeError, match="its bits hold"):
                write_events(tmp_path / name, records(row))
            assert not (tmp_path / name).exists()


def test_damaged_files(tmp_path: Path) -> None:
    for name in ("a.bin", "a.npy", "a.aedat"):
        write_events(tmp_path / name, THREE)
        raw = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(raw[:-1])
        with pytest.raises(FormatError, match=name):
            EventReader(tmp_path / name)
        (tmp_path / name).write_bytes(raw[5 if name != "a.bin" else 1 :])
        with pytest.raises(FormatError, match=name):
            EventReader(tmp_path / name)
    (tmp_path / "b.aedat").write_bytes(b"#!AER-DAT2.0\r\n# AEChip: some.Other\r\n" + bytes(8))
    with pytest.raises(FormatError, match="known sensors"):
        EventReader(tmp_path / "b.aedat")
    write_events(tmp_path / "c.npy", records((-5, 0, 0, True)))
    with pytest.raises(FormatError, match="before 0"):
        EventReader(tmp_path / "c.npy")


def test_no_pickles(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"t": 1}], object), allow_pickle=True)
    with pytest.raises(FormatError, match="records"):
        EventReader(tmp_path / "a.npy")


def test_wrong_names_and_sizes(tmp_path: Path) -> None:
    with pytest.raises(KnobError, match=r"\.bin, \.npy, \.aedat"):
        EventWriter(tmp_path / "a.txt")
    with pytest.raises(DataMissing):
        EventReader(tmp_path / "none.bin")
    write_events(tmp_path / "a.bin", THREE)
    with pytest.raises(ShapeError, match="larger"):
        EventReader(tmp_path / "a.bin", (33, 34))
    with EventWriter(tmp_path / "b.bin") as file, pytest.raises(ShapeError, match="count of spikes"):
        file.put(np.full((2, 3, 4), 0.5))
