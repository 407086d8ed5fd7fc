"""Workers of the bench: the newest job wins, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading

import torch

from workbench.widgets.worker import Ticket, Worker


def test_only_the_newest_job_is_done() -> None:
    worker, began, done = Worker("test"), threading.Event(), []

    def endless(ticket: Ticket) -> None:
        began.set()
        while True:
            ticket.check()

    worker.start(endless)
    assert began.wait(10)
    for number in range(5):
        worker.start(lambda ticket, number=number: done.append(number))
    worker.wait()
    assert done[-1] == 4


def test_a_job_that_is_given_up_ends_and_leaves_no_thread() -> None:
    worker, began = Worker("test"), threading.Event()
    seen: list[Ticket] = []

    def endless(ticket: Ticket) -> None:
        seen.append(ticket)
        began.set()
        while not ticket.cancelled:
            pass

    worker.start(endless)
    assert began.wait(10)
    worker.cancel()
    worker.wait()
    assert seen[0].cancelled
    assert not [one for one in threading.enumerate() if one.name == "workbench test"]


def test_a_worker_keeps_no_graph() -> None:
    worker, found = Worker("test"), []
    worker.start(lambda ticket: found.append(torch.is_grad_enabled()))
    worker.wait()
    assert found == [False]
    assert torch.is_grad_enabled()


def test_a_script_that_ends_while_a_worker_is_inside_torch_ends_well() -> None:
    script = """
import threading, torch
from workbench.widgets.worker import Worker
began = threading.Event()
def endless(ticket):
    while True:
        ticket.check()
        torch.rand(200, 200) @ torch.rand(200, 200)
        began.set()
worker = Worker("test")
worker.start(endless)
assert began.wait(60)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
