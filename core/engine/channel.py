"""A one-way queue of byte messages between two processes, whose reader learns of the writer's death.

`multiprocessing.Queue` and `SimpleQueue` keep both ends open on both sides, so a writer killed in the middle of a
message hangs the reader.  Here each side closes the end that is not its own at once; a dead writer is then an end of
file, at any message size.
"""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any


class ClosedError(Exception):
    """The other side is gone."""


class Receiver:
    """The reading end."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self.connection = connection

    def receive(self) -> bytes:
        """The next message; waits for it.

        Raises:
            ClosedError: the writer is gone and everything that it sent whole has been read.
        """
        try:
            return self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise ClosedError from error

    def waiting(self, timeout: float = 0.0) -> bool:
        """Whether a message, or the end, can be read without waiting longer than `timeout` seconds."""
        try:
            return self.connection.poll(timeout)
        except (EOFError, OSError):
            return True

    def close(self) -> None:
        """Close this end."""
        self.connection.close()


class Sender:
    """The writing end."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self.connection = connection

    def send(self, message: bytes) -> None:
        """Send one message.

        Raises:
            ClosedError: the reader is gone.
        """
        try:
            self.connection.send_bytes(message)
        except (BrokenPipeError, ConnectionError, OSError, ValueError) as error:
            raise ClosedError from error

    def close(self) -> None:
        """Close this end."""
        self.connection.close()


def channel(context: Any) -> tuple[Receiver, Sender]:
    """Both ends of a new channel; hand one to the child, and close it here once the child has it."""
    reader, writer = context.Pipe(duplex=False)
    return Receiver(reader), Sender(writer)
