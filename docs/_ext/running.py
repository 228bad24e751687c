"""Run the gallery's scripts, each in a process of its own, before sphinx-gallery looks at them.

sphinx-gallery's own function runs a script and writes its page; what is ours is where it does so.
In a fresh process no page sees what another one has set, and whichever way a script leaves its
process, the build goes on, and knows.
"""

import ast
import gc
import logging
import multiprocessing
import os
import random
import sys
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from logging.handlers import BufferingHandler
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import joblib
import numpy
import torch
from sphinx.util import logging as sphinx_logging

from _ext.internals import run_script
from convtutor import default_device

logger = sphinx_logging.getLogger(__name__)

# A process that has imported what every page imports, and done nothing else, forks into one for
# each script within milliseconds. On a Mac, the system's libraries object to forks.
_FORKS = sys.platform == "linux"
_PROCESSES: Any = multiprocessing.get_context("forkserver" if _FORKS else "spawn")
_IMPORTED = ["torch", "matplotlib.pyplot", "sphinx.application", "sphinx_gallery.gen_rst"]
# What `torch.testing.assert_close` imports, and any optimizer: half a second for each script.
_OFTEN_IMPORTED = ["torch.distributed.tensor", "torch._dynamo"]


@dataclass
class Outcome:
    """How the run of a script went: how it failed, what it warned of, how long it took."""

    error: str = ""
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0


def get_ready(scripts: int) -> None:
    """Begin to import what so many scripts will import, while the build does something else."""
    if _FORKS:
        from multiprocessing.forkserver import ensure_running

        often = _OFTEN_IMPORTED if scripts > joblib.cpu_count() else []
        _PROCESSES.set_forkserver_preload(_IMPORTED + often)
        ensure_running()


def run_all(
    jobs: Mapping[Path, Path], conf: Mapping[str, Any], workers: int
) -> dict[Path, Outcome]:
    """Run scripts, each for a page in a folder, several side by side; say how each run went."""
    outcomes: dict[Path, Outcome] = {}
    pool = ThreadPoolExecutor(workers)
    try:
        tasks = {
            pool.submit(_watch, script, folder, conf): script for script, folder in jobs.items()
        }
        for task in as_completed(tasks):
            script, outcome = tasks[task], task.result()
            outcomes[script] = outcome
            how = "failed" if outcome.error else f"ran in {outcome.seconds:.1f} s"
            logger.info("%s %s", script.name, how)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.kill()
    return outcomes


def _watch(script: Path, folder: Path, conf: Mapping[str, Any]) -> Outcome:
    """Start the process of a script, and wait for what comes of it."""
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_run, args=(script, folder, conf, theirs))
    process.start()
    theirs.close()
    wait([ours, process.sentinel])
    outcome = Outcome(f"{script}: its process ended before the script did")
    with suppress(EOFError):
        outcome = ours.recv() if ours.poll() else outcome
    process.join()
    return outcome


def _run(script: Path, folder: Path, conf: dict[str, Any], answer: Connection) -> None:
    """Run a script and write its page; this is all that its process does."""
    gc.freeze()  # else each would copy what they share, only to look for garbage in it
    threading.Thread(target=_end_with_the_build, daemon=True).start()
    random.seed(0)
    numpy.random.seed(0)
    torch.manual_seed(0)
    if default_device().type == "cpu":
        torch.set_num_threads(1)  # scripts run side by side, one on each core
    told = BufferingHandler(10_000)
    told.setLevel(logging.WARNING)
    logging.getLogger("sphinx").addHandler(told)
    outcome = Outcome()
    try:
        ast.parse(script.read_text(encoding="utf-8"), str(script))  # an error says where it is
        _, _, (outcome.seconds, _), result = run_script(script.name, folder, script.parent, conf)
        if "passing" not in result:
            outcome.error = result.get("formatted_exception") or f"{script}: it did not execute"
    except BaseException as error:  # SystemExit too: a page ends where its script does
        frames = traceback.extract_tb(error.__traceback__)
        theirs = traceback.StackSummary(frame for frame in frames if frame.filename == str(script))
        outcome.error = "".join([*theirs.format(), *traceback.format_exception_only(error)])
    outcome.warnings = [record.getMessage() for record in told.buffer]
    answer.send(outcome)


def _end_with_the_build() -> None:
    """Keep a process whose build was killed from writing into the next one."""
    build = multiprocessing.parent_process()
    if build is not None:
        wait([build.sentinel])
        os._exit(1)
