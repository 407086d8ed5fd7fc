"""A slow line to a Jupyter server, and a browser that meets a bench in a notebook of it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright


class Line:
    """A way to a port that takes `delay` seconds longer in each direction, and that can be cut and mended."""

    def __init__(self, port: int, delay: float) -> None:
        self._far, self._delay, self.whole = port, delay, True
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._join, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.close()
            return
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far)
            await asyncio.gather(_carry(reader, far_writer, self._delay), _carry(far_reader, writer, self._delay))

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def cut(self) -> None:
        """Ends every connection and takes no other."""
        self.whole = False
        self._run(_end_tasks())

    def mend(self) -> None:
        """Takes connections again."""
        self.whole = True

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._server.close)
        self._run(_end_tasks())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@contextlib.contextmanager
def slow_line(port: int, delay: float) -> Iterator[Line]:
    """A line to a port; closed at the end."""
    line = Line(port, delay)
    try:
        yield line
    finally:
        line.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Passes bytes on, each piece `delay` after it came, in order."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def collect() -> None:
        while True:
            piece = await reader.read(1 << 16)
            await pieces.put((loop.time() + delay, piece))
            if not piece:
                return

    collecting = asyncio.create_task(collect())
    try:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                return
            writer.write(piece)
            await writer.drain()
    finally:
        collecting.cancel()
        writer.close()


ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_RUNNING = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
_LOST = "Error setting state"  # so ipywidgets tells that a listener raised: what else had changed is lost
_PIXELS = """canvas => {
  const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [height, width, Array.from(data)];
}"""


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """A headless Chromium, found on the path."""
    program = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=program, headless=True, args=ARGUMENTS, viewport={"width": 1280, "height": 1400}
        )
        yield context
        context.close()


class Notebook:
    """A notebook that is open in a page, all its cells run."""

    def __init__(self, page: Any, port: int, name: str, *, shows: str = ".wb-bench", folder: str | None = None) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda news: self.errors.append(news.text) if news.text.startswith(_LOST) else None)
        folder = folder or f"lab/workspaces/of-{id(self)}/tree"  # no tabs of another page
        page.goto(f"http://127.0.0.1:{port}/{folder}/{name}")
        page.wait_for_function(_RUNNING, timeout=60_000)
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(shows).first.wait_for(timeout=60_000)
        page.wait_for_function("[...document.querySelectorAll('.wb-bench')].every(one => one.dataset.frame !== '')")

    def bench(self, number: int = 0) -> BenchOnPage:
        return BenchOnPage(self.page, self.page.locator(".wb-bench").nth(number))

    def execute(self, code: str, *, wait: bool = True) -> None:
        """Runs code in the kernel, beside the notebook."""
        request = f"{_RUNNING}.requestExecute({{code: {code!r}}})"
        self.page.evaluate(f"{request}.done.then(() => null)" if wait else f"void {request}")

    def cells(self) -> int:
        return int(self.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length"))

    def close(self) -> None:
        self.page.close()


class BenchOnPage:
    """One bench as a person meets it: by roles and names, keys and pixels."""

    def __init__(self, page: Any, root: Any) -> None:
        self.page = page
        self.root = root
        self.screen = root.get_by_role("group", name="Film. ")
        self.status = root.locator(".wb-status")  # an output element is a status, too

    @property
    def frame(self) -> int:
        return int(self.root.get_attribute("data-frame"))

    @property
    def code(self) -> str:
        return str(self.root.locator(".wb-code code").text_content())

    def pixels(self) -> np.ndarray:
        """The film's canvas as `(rows, columns, 4)`."""
        rows, columns, data = self.screen.locator("canvas").evaluate(_PIXELS)
        return np.array(data).reshape(rows, columns, 4)

    def range(self) -> tuple[float, float]:
        words = self.root.get_by_role("group", name="values shown").locator("> span")
        low, high = (words.nth(k).inner_text().split()[0].replace("−", "-") for k in (0, 1))
        return float(low), float(high)

    def go_to(self, frame: int) -> None:
        box = self.root.get_by_role("textbox", name="frame number")
        box.fill(str(frame))
        box.press("Enter")
        self.wait_for_frame(frame)

    def wait_for_frame(self, frame: int, seconds: int = 20) -> None:
        self.wait(f"one.dataset.frame === '{frame}'", seconds)

    def wait(self, condition: str, seconds: int = 20) -> None:
        """Waits until a condition holds for the bench's element, called `one`."""
        self.page.wait_for_function(f"one => {condition}", arg=self.root.element_handle(), timeout=1000 * seconds)

    def key(self, key: str) -> None:
        self.screen.press(key)
