"""A forked child reads films, though its parent has computed on several threads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PARENT = """
import os, signal, torch, warnings
warnings.simplefilter("ignore")
import workbench
torch.set_num_threads(4)
film = workbench.streams.SequenceStream(torch.rand(1, 1, 50, 100, 100))
before = film.read(0, 50) * 2
child = os.fork()
if child == 0:
    signal.alarm(20)
    os._exit(0 if torch.equal(film.read(0, 50) * 2, before) else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_of_a_parent_with_threads_reads() -> None:
    assert subprocess.run([sys.executable, "-c", PARENT], check=False, timeout=60).returncode == 0
