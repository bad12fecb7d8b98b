from __future__ import annotations

import multiprocessing
import os
import signal

import pytest

from core.engine.channel import ClosedError, Receiver, Sender, channel

SIZES = [1, 500, 4_096, 16_000, 65_536, 200_000, 2_000_000]


def talk(outbox: Sender, size: int) -> None:
    """Send messages for ever."""
    while True:
        outbox.send(bytes(size))


def echo(inbox: Receiver, outbox: Sender) -> None:
    try:
        while True:
            outbox.send(inbox.receive())
    except ClosedError:
        pass


@pytest.mark.parametrize("size", SIZES)
def test_a_writer_killed_at_any_moment_is_an_end_and_never_a_hang(size: int) -> None:
    context = multiprocessing.get_context("spawn")
    receiver, sender = channel(context)
    child = context.Process(target=talk, args=(sender, size), daemon=True)
    child.start()
    sender.close()
    whole = [receiver.receive() for _ in range(3)]
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)

    def read_on() -> None:
        for _ in range(1_000_000):
            whole.append(receiver.receive())

    with pytest.raises(ClosedError):
        read_on()
    assert all(len(message) == size for message in whole)
    child.join()
    receiver.close()


def test_messages_arrive_whole_and_in_order_both_ways() -> None:
    context = multiprocessing.get_context("spawn")
    their_inbox, inbox = channel(context)
    outbox, their_outbox = channel(context)
    child = context.Process(target=echo, args=(their_inbox, their_outbox), daemon=True)
    child.start()
    their_inbox.close()
    their_outbox.close()
    messages = [os.urandom(size % 60_000) for size in SIZES]
    for message in messages:
        inbox.send(message)
        assert outbox.receive() == message
    assert not outbox.waiting()
    inbox.close()
    with pytest.raises(ClosedError):
        outbox.receive()
    child.join()
    assert child.exitcode == 0
    outbox.close()


def test_a_dead_reader_is_an_error_for_the_writer() -> None:
    receiver, sender = channel(multiprocessing.get_context("spawn"))
    receiver.close()
    with pytest.raises(ClosedError):
        sender.send(b"x")
    sender.close()
