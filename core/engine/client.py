"""What the window holds: starts the engine's host, sends commands, receives batches of events.  Imports no torch."""

from __future__ import annotations

import atexit
import multiprocessing
import time
from typing import Any

from core import events, looks, system
from core.engine import pictures
from core.engine.channel import ClosedError, Receiver, Sender, channel
from core.engine.commands import Batch, Cancel, Message, Refused, Start, Sum, Warm, decode_message, encode
from core.engine.run import RefusedError, Request

__all__ = ["EngineClient", "HostDiedError", "RefusedError", "Request"]


class HostDiedError(RuntimeError):
    """The engine's process is gone; what it had not done is not done.  A new one can be started."""


class EngineClient:
    """One engine process and the way to it.

    `start` returns at once; torch is loaded over there meanwhile.  `poll` is meant for a thread of the window's.
    """

    def __init__(self) -> None:
        self.process: Any = None
        self.sender: Sender | None = None
        self.receiver: Receiver | None = None
        self.warm = False

    def start(self) -> None:
        """Start the host, unless it is alive."""
        if self.alive:
            return
        self._drop()  # of a host that died
        context = multiprocessing.get_context("spawn")
        their_inbox, self.sender = channel(context)
        self.receiver, their_outbox = channel(context)
        self.process = context.Process(target=_host, args=(their_inbox, their_outbox), name="slidetray-engine")
        with system.deaf_to_interrupts():
            self.process.start()
        # multiprocessing waits for its children at the end of a program, and the host waits for our end of file.
        atexit.register(self.close)
        their_inbox.close()
        their_outbox.close()

    @property
    def alive(self) -> bool:
        """Whether the host's process lives."""
        return self.process is not None and self.process.is_alive()

    def run(self, request: Request) -> None:
        """Ask for a run; its events come from `poll`.

        Raises:
            HostDiedError: there is no host.
        """
        self._send(Start(request))

    def cancel(self) -> None:
        """Ask the run to end; `run_finished` still comes, with what was left.

        Raises:
            HostDiedError: there is no host.
        """
        self._send(Cancel())

    def ask(self, question: Sum | looks.Look | looks.Thumbnails | looks.Scan) -> None:
        """Ask something that is answered by a message from `receive`.

        Raises:
            HostDiedError: there is no host.
        """
        self._send(question)

    def _send(self, command: Any) -> None:
        try:
            if self.sender is None:
                raise ClosedError
            self.sender.send(encode(command))
        except ClosedError:
            raise HostDiedError("The engine is not running.") from None

    def poll(self, timeout: float) -> list[events.AnyEvent]:
        """The next batch of events, or an empty list after `timeout` seconds; other messages are dropped.

        Raises:
            HostDiedError: the host died.
            RefusedError: the last request was refused.
        """
        match self.receive(timeout):
            case Batch(events=batch):
                return batch
            case Refused(message=sentence):
                raise RefusedError(sentence)
        return []

    def receive(self, timeout: float) -> Message | None:
        """The next message of any kind, or None after `timeout` seconds.

        Raises:
            HostDiedError: the host died.
        """
        if self.receiver is None:
            raise HostDiedError("The engine is not running.")
        try:
            if not self.receiver.waiting(timeout):
                return None
            message: Message = decode_message(self.receiver.receive())
        except ClosedError:
            self._bury()
            raise HostDiedError("The engine stopped unexpectedly.") from None
        if isinstance(message, Warm):
            self.warm = True
        return message

    def close(self, timeout: float = 5.0) -> None:
        """End the host and its workers; kill what does not end in `timeout` seconds."""
        if self.process is None:
            return
        atexit.unregister(self.close)
        if self.sender is not None:
            self.sender.close()
        end = time.monotonic() + timeout
        try:
            while self.receiver is not None and time.monotonic() < end:
                if self.receiver.waiting(0.1):
                    self.receiver.receive()  # nobody listens any more, and a full channel would hold the host up
        except ClosedError:
            pass
        self._bury(end - time.monotonic())

    def _bury(self, patience: float = 0.0) -> None:
        """Make sure that the host is dead: its channel closes a moment before its process counts as ended."""
        if self.process is not None:
            self.process.join(max(0.1, patience))
            if self.process.is_alive():
                self.process.kill()
                self.process.join(5)
        self._drop()

    def kill(self) -> None:
        """End the host at once, from any thread; whoever sends to it or waits for it learns that it died."""
        process = self.process  # may be buried meanwhile
        if process is not None:
            process.kill()

    def _drop(self) -> None:
        for end in (self.sender, self.receiver):
            if end is not None:
                end.close()
        if self.process is not None and self.process.pid is not None and self.process.exitcode != 0:
            pictures.remove(self.process.pid)  # it could not do so itself
        self.process = self.sender = self.receiver = None
        self.warm = False


def _host(inbox: Receiver, outbox: Sender) -> None:
    """The child's entry: imports the engine there, and not here."""
    from core.engine import host

    host.main(inbox, outbox)
