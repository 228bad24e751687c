"""Run each script as if it were alone, and keep a record of the run.

The gallery calls `around` before and after every script, in whichever process runs it. Beside what
it makes of ``NAME.py`` lie ``NAME.pending.json``, from before the run, and ``NAME.run.json``, from
after the gallery has left all that it leaves: a run that was killed has no record.
"""

import ctypes
import gc
import json
import multiprocessing
import os
import random
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import torch

from _ext.facts import computed_on
from convtutor import default_device

# As a script finds them in a process of its own.
_THREADS = torch.get_num_threads()
_CUDNN: Any = torch.backends.cudnn
_CONVOLUTIONS: str = _CUDNN.conv.fp32_precision


def around(gallery_conf: Mapping[str, Any], name: str | None, when: str) -> None:
    """Undo what the script before has set, or note that this one has run to its end."""
    if name is None:
        return
    if when == "before":
        _end_with_the_build()
        _spare_the_collector()
        random.seed(0)
        numpy.random.seed(0)
        torch.manual_seed(0)
        # On a CPU each script has a core, whether others run beside it or not.
        torch.set_num_threads(1 if default_device().type == "cpu" else _THREADS)
        _compute_as_at_first()
        return
    folder = Path(gallery_conf["src_dir"], gallery_conf["gallery_dirs"])
    for copy in folder.rglob(name):
        # The gallery writes this when a script has raised nothing.
        if copy.with_name(f"{name}.md5").exists():
            cost = read_record(copy.with_suffix(".cost.json"))
            pending = copy.with_suffix(".pending.json")
            record = read_record(pending)
            run = {**computed_on(), **record["run"], "seconds": cost["time"]}
            write_record(copy.with_suffix(".run.json"), record | {"run": run})
            pending.unlink()
    # What runs next in this process may be no script.
    torch.set_num_threads(_THREADS)
    _compute_as_at_first()
    _give_back_memory()


def _compute_as_at_first() -> None:
    torch.set_default_dtype(torch.float32)
    _CUDNN.conv.fp32_precision = _CONVOLUTIONS


def read_record(path: Path) -> dict[str, Any]:
    """Read the record of a run, empty if there is none."""
    if not path.exists():
        return {}
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record whole or not at all, at whatever moment the build is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(record, indent=1), encoding="utf-8")
    new.replace(path)


@cache
def _end_with_the_build() -> None:
    """Keep a worker whose build was killed from writing into the next one."""
    build = multiprocessing.parent_process()
    if build is not None:

        def watch(pid: int | None) -> None:
            while os.getppid() == pid:
                time.sleep(0.1)
            os._exit(1)

        threading.Thread(target=watch, args=(build.pid,), daemon=True).start()


def _spare_the_collector() -> None:
    """Count nothing that is in use by now as possible garbage.

    The gallery collects garbage before each script, which otherwise takes longer than a small one.
    """
    gc.collect()
    gc.freeze()


def _give_back_memory() -> None:
    """Return to the system what has been freed, which the C library of Linux may keep.

    The pool of workers takes that for a leak, and replaces the worker.
    """
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
