"""Which executor and how many workers, with the reason in words.  Imports no torch."""

from __future__ import annotations

from typing import Literal

import msgspec

from core import system, words

Engine = Literal["auto", "processes", "threads", "inline"]
# Memory of a worker beside its image, in bytes: measured, 7 MB of its own under the forkserver plus what it touches,
# 368 MB where each worker loads torch itself.
WORKER = 60_000_000 if system.START_METHOD == "forkserver" else 400_000_000
SHARE = 0.6  # of the memory that is free may be used for images


class Choice(msgspec.Struct, frozen=True):
    """An engine, its workers, the bytes that jobs in flight may take, and why."""

    engine: str
    workers: int
    memory: int
    reason: str


def choose(engine: Engine, workers: int | None, items: int) -> Choice:
    """Decide how `items` images are run; what the user asked for is kept.

    Args:
        engine: "auto" takes processes: they alone keep a crash from costing more than one image.
        workers: A number, or None for as many as cores, memory and items allow.
        items: How many images there are.
    """
    cores, free = system.usable_cores(), system.available_memory()
    memory = int(free * SHARE)
    if engine == "inline":
        reason = "in this process, one image after the other, as asked; a crash would end the whole run"
        return Choice("inline", 1, memory, reason)
    by_memory = max(1, memory // (WORKER + 200_000_000)) if engine != "threads" else cores
    limits = {
        f"one for each of {words.count(cores, 'core')}": cores,
        f"as many as {words.size(free)} of free memory hold": by_memory,
        f"no more than there are images ({max(1, items)})": max(1, items),
        f"the most this system can wait for ({system.MOST_WORKERS})": system.MOST_WORKERS,
    }
    why, count = min(limits.items(), key=lambda row: row[1])
    if workers is not None:
        count = min(workers, system.MOST_WORKERS, max(1, items))
        why = "as asked" if count == workers else why
    if engine == "threads":
        reason = f"{words.count(count, 'thread')}, {why}; a crash would end the whole run"
        return Choice("threads", count, memory, reason)
    noun = words.count(count, "worker process", "worker processes")
    return Choice("processes", count, memory, f"{noun}, {why}; a bad image can't harm the others")
