"""What every test needs: a browser where it is asked for, and figures that open no window."""

from __future__ import annotations

import os
import shutil

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOW_TO_GET_ONE = "no Chromium found: install one to run these (Debian: apt install chromium; macOS: brew install chromium)"


def find_browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are skipped only where there is no browser, and never where one is required."""
    if find_browser():
        return
    if os.environ.get("WORKBENCH_REQUIRE_BROWSER"):
        pytest.exit(f"WORKBENCH_REQUIRE_BROWSER = 1, but {HOW_TO_GET_ONE}", returncode=1)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_ONE))
