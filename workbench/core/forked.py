"""A forked child computes on one thread, as torch's own forked workers do.

GNU's OpenMP does not survive a fork: once the parent has computed on several threads, the child's first large tensor
operation would wait for threads that are not there, for ever.
"""

from __future__ import annotations

import os

import torch


def _on_one_thread() -> None:
    torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_on_one_thread)
