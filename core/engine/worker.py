"""The child's loop: take a message, do the job, answer.  Ends with its parent, whatever happens to it.

Messages are one letter and a msgspec body: "S" a setup for all that follows, "W" a job, "L" something to look at.
Every job and look is answered, in order.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from functools import partial

import msgspec
import torch

from core import histogram, messages, process, system
from core.engine import log, shared
from core.engine.channel import ClosedError, Receiver, Sender
from core.engine.desk import Desk

IDLE = 1.0  # seconds without a message after which freed memory is given back


class Ready(msgspec.Struct, frozen=True):
    """The first message of a worker.  `preloaded`: torch was there before it began."""

    pid: int
    preloaded: bool


def main(inbox: Receiver, outbox: Sender, shared_table: shared.Table | None, forked: bool) -> None:
    """Serve until the inbox closes.

    Args:
        inbox: Setups and jobs.
        outbox: `Ready`, then one answer a job.
        shared_table: For statistics; the supervisor reads it between two jobs.  None: there is no shared memory.
        forked: The parent is a forkserver.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # multiprocessing ends what is left at the end of a program with it
    log.redirect()
    if forked:
        system.die_with_parent()
    system.end_with_parent()
    system.lower_priority()
    system.tune_allocator()
    torch.set_num_threads(1)
    table = shared_table.rows if shared_table else histogram.empty(0)
    preload = sys.modules.get("core.engine.preload")
    runner: process.Runner | None = None
    desk: Desk | None = None
    try:
        outbox.send(msgspec.json.encode(Ready(os.getpid(), bool(getattr(preload, "COMPLETE", False)))))
        while True:
            if not inbox.waiting(IDLE):
                system.return_memory()
            message = inbox.receive()
            kind, body = message[:1], message[1:]
            if kind == b"L":
                desk = desk or Desk()
                outbox.send(_in_time(body, desk.answer))
            elif kind == b"S":
                runner = process.Runner(messages.decode_setup(body))
            elif runner is not None:
                outbox.send(_in_time(body, partial(_answer, runner, table)))
    except ClosedError:
        pass


def _answer(runner: process.Runner, table: torch.Tensor, work: bytes) -> bytes:
    return messages.encode(runner.handle(messages.decode_work(work), table))


def _in_time(body: bytes, answer: Callable[[bytes], bytes]) -> bytes:
    seconds, work = body.split(b" ", 1)
    # The supervisor kills at the deadline; this is for when it can't.  Needs no interpreter lock, so it also ends
    # a worker that is stuck in C.
    faulthandler.dump_traceback_later(float(seconds) * 1.5 + 5, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        return answer(work)
    finally:
        faulthandler.cancel_dump_traceback_later()
