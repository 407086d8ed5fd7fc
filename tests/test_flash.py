"""The flash report against the numbers of WCAG 2.3.1, on films whose flashes can be counted by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from workbench.core.chance import uniforms
from workbench.widgets.flash import AREA, flash_report, luminance

RATE = 60


def film(light: Tensor, size: tuple[int, int] = (50, 50)) -> Tensor:
    """The whole screen at one value after another."""
    return light.float().view(1, 1, -1, 1, 1).expand(1, 1, len(light), *size)


def square_wave(hertz: float, low: float = 0.0, high: float = 255.0, seconds: float = 1.0) -> Tensor:
    time = torch.arange(round(seconds * RATE) + 1) / RATE
    return torch.where((2 * hertz * time).floor() % 2 == 0, low, high)


def grey(relative_luminance: float) -> float:
    """The grey value 0..255 of a relative luminance, by the inverse of the sRGB curve."""
    linear = relative_luminance
    return 255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)


def test_the_area_is_a_quarter_of_ten_degrees() -> None:
    assert pytest.approx(21824) == AREA


@pytest.mark.parametrize(("hertz", "risky"), [(1, False), (2, False), (3, False), (4, True), (10, True), (30, True)])
def test_more_than_three_flashes_a_second_fail(hertz: float, risky: bool) -> None:
    assert flash_report(film(square_wave(hertz)), 1 / RATE, 6).risky is risky


def test_three_flashes_and_one_more_in_a_long_film_are_found_where_they_are() -> None:
    calm, wild = torch.zeros(200), square_wave(10)
    assert flash_report(film(torch.cat([calm, wild, calm])), 1 / RATE, 6).risky
    assert not flash_report(film(torch.cat([square_wave(3), calm, square_wave(3)])), 1 / RATE, 6).risky


@pytest.mark.parametrize(("side", "risky"), [(144, False), (148, True)])
def test_a_quarter_of_ten_degrees_may_flash(side: int, risky: bool) -> None:
    """144² = 20 736 and 148² = 21 904 stand on either side of 21 824."""
    assert flash_report(film(square_wave(10), (side, side)), 1 / RATE, 1).risky is risky


def test_flashes_farther_apart_than_ten_degrees_do_not_add_up() -> None:
    """Large films are looked at in squares, here of 4 × 20 pixels; hence the tenth."""
    frames = torch.zeros(1, 1, 61, 120, 1200)
    frames[..., :148] = film(square_wave(10), (120, 148))
    frames[..., 1000:1148] = film(square_wave(10), (120, 148))
    assert flash_report(frames, 1 / RATE, 1).area == pytest.approx(120 * 148, rel=0.1)


@pytest.mark.parametrize(
    ("dark", "bright", "risky"), [(0.1, 0.21, True), (0.1, 0.19, False), (0.79, 0.9, True), (0.81, 0.99, False)]
)
def test_a_change_counts_from_a_tenth_of_luminance_with_the_darker_below_eight_tenths(
    dark: float, bright: float, risky: bool
) -> None:
    assert flash_report(film(square_wave(10, grey(dark), grey(bright))), 1 / RATE, 6).risky is risky


def test_a_slow_swell_is_counted_by_its_turns_not_by_its_steps() -> None:
    time = torch.arange(61) / RATE
    swell = lambda hertz: film(127.5 - 127.5 * torch.cos(2 * math.pi * hertz * time))
    assert not flash_report(swell(2), 1 / RATE, 6).risky
    assert flash_report(swell(8), 1 / RATE, 6).risky


@pytest.mark.parametrize(("zoom", "risky"), [(1, False), (2, False), (3, False), (4, True), (6, True)])
def test_noise_is_exempt_only_as_a_fine_pattern(zoom: int, risky: bool) -> None:
    """Squares of 0.1°, 3.4 pixels, are the border; the film covers 10° at every zoom."""
    rows, columns = -(-256 // zoom), -(-341 // zoom)
    noise = torch.from_numpy(uniforms(7, 1, 0, 61, rows * columns, high=255.0)).view(1, 1, 61, rows, columns)
    assert flash_report(noise, 1 / RATE, zoom).risky is risky


def test_fifty_by_fifty_noise_six_times_enlarged_is_not_exempt() -> None:
    noise = torch.from_numpy(uniforms(7, 1, 0, 61, 2500, low=77.0, high=177.0)).view(1, 1, 61, 50, 50)
    assert flash_report(noise, 1 / RATE, 6, (77.0, 177.0)).risky
    assert not flash_report(noise, 1 / 2, 6, (77.0, 177.0)).risky


def test_a_flicker_of_the_whole_screen_is_no_fine_pattern_at_any_zoom() -> None:
    assert flash_report(film(square_wave(10), (300, 400)), 1 / RATE, 1).risky


def test_luminance_of_colours() -> None:
    """WCAG's own weights: 0.2126, 0.7152 and 0.0722 for full red, green and blue."""
    primaries = 255 * torch.eye(3).view(1, 3, 3, 1, 1)
    assert luminance(primaries, (0.0, 255.0)).flatten().tolist() == pytest.approx([0.2126, 0.7152, 0.0722])
    middle = luminance(torch.full((1, 1, 1, 1, 1), 128.0), (0.0, 255.0)).item()
    assert middle == pytest.approx(0.21586, abs=1e-4)  # sRGB 128: published as 21.586 %
    dark = luminance(torch.full((1, 1, 1, 1, 1), 5.0), (0.0, 255.0)).item()
    assert dark == pytest.approx(5 / 255 / 12.92)  # the straight foot of the curve


def test_a_single_frame_and_a_single_pixel_are_calm() -> None:
    assert flash_report(torch.zeros(1, 1, 1, 1, 1), 1 / RATE, 6).area == 0
