"""Kill workers at random moments, again and again, and see that nothing is lost, made twice, or hangs.

    python tests/faults/kills.py                 100 kills of workers, then 20 of the forkserver

Each image is one of several message sizes (its folder's name goes through the channel with every job and answer).
After each run: every image was made once or, where its worker was killed twice, failed once; files are whole and
equal to an undisturbed run's; no unfinished file is left; sources are untouched.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import tempfile
import threading
import time
from multiprocessing import forkserver
from pathlib import Path

import msgspec
import numpy as np
import tifffile

from core import events, recipe
from core.engine import run
from core.engine.pool import Pool

NAME_LENGTHS = (1, 60, 200)  # of folders, nested up to eight deep: messages of 0.5 to 4 kB
PLANES = (1, 40)  # a stack becomes that many files, all named in one answer: up to 60 kB


def make_images(folder: Path, count: int) -> None:
    """Small pictures and stacks under names of all lengths."""
    rng = np.random.default_rng(5)
    for number in range(count):
        place = folder
        for _ in range(8 if number % 5 == 0 else 1):
            place = place / ("d" * NAME_LENGTHS[number % len(NAME_LENGTHS)])
        place.mkdir(parents=True, exist_ok=True)
        shape = (PLANES[number % 7 == 0], 160, 160)
        tifffile.imwrite(place / f"{number}.tif", rng.poisson(500, shape).astype(np.uint16), photometric="minisblack")


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every visible file."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


class Killer(threading.Thread):
    """Kills a random worker (or the forkserver) at random moments until told to stop."""

    def __init__(self, pool: Pool, chance: random.Random, *, server: bool) -> None:
        super().__init__(daemon=True)
        self.pool = pool
        self.chance = chance
        self.server = server
        self.kills = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Strike a few times a second."""
        while not self.over.wait(self.chance.uniform(0.02, 0.6) + (0.8 if self.server and self.kills else 0.0)):
            if self.server:
                alive = list(self.pool.alive)
                if len(alive) < self.pool.workers or not all(m.ready for m in alive):
                    continue  # loading torch takes longer than this waits: let it come up again first
                pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
            else:
                ready = [m for m in list(self.pool.alive) if m.ready]
                pid = self.chance.choice(ready).process.pid if ready else None
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.kills += 1
                except (OSError, ValueError):
                    continue


def one_run(pool: Pool, images: Path, out: Path) -> tuple[events.RunFinished, list[events.Event]]:
    """A run with its events."""
    request = run.Request(
        recipe=msgspec.Raw(recipe.load("microscopy-8bit").encode()), inputs=[str(images)], folder=str(out), workers=2
    )
    prepared = run.prepare(request)
    run.open_folder(prepared.plan.folder)
    seen: list[events.Event] = []
    return run.Run(prepared, pool, seen.append).go(), seen


def check(last: events.RunFinished, seen: list[events.Event], total: int, out: Path, expected: dict[str, str]) -> None:
    """Raise AssertionError unless nothing was lost, made twice or changed."""
    made = [e for e in seen if isinstance(e, events.JobFinished)]
    failed = [e for e in seen if isinstance(e, events.JobFailed)]
    over = [e.item for e in [*made, *failed]]
    assert len(over) == len(set(over)) == total, f"an item was lost or told of twice: {last}"
    assert (last.done, last.failed, last.left) == (len(made), len(failed), 0)
    assert all(e.stage == "worker" for e in failed), failed
    targets = {str(Path(t).relative_to(out)) for e in made for t in e.targets}
    found = digests(out)
    # What a failed item's dead workers had finished of a stack may be there; everything else must be told of.
    stems = {Path(e.item).with_suffix("").as_posix() for e in failed}
    extra = {name for name in found.keys() - targets if not any(name.startswith(stem) for stem in stems)}
    assert not extra, f"files nobody told of: {extra}"
    assert targets <= found.keys(), "a file that was told of is not there"
    if not failed:  # a failed item is not part of the common range, so only undisturbed sets compare
        assert found == expected, "a file differs from the undisturbed run's"


def torture(kills: int, *, server: bool, images: int = 120, seed: int = 0) -> str:
    """Strike `kills` times over as many runs as that takes; returns a line with the figures."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="slidetray-kills-") as base:
        folder = Path(base, "images")
        make_images(folder, images)
        sources = digests(folder)
        pool = Pool(2, memory=1 << 32, method="forkserver")
        try:
            one_run(pool, folder, Path(base, "expected"))
            expected = digests(Path(base, "expected"))
            struck = runs = failures = 0
            slowest = 0.0
            while struck < kills:
                out = Path(base, f"out {runs}")
                killer = Killer(pool, chance, server=server)
                begun = time.monotonic()
                killer.start()
                last, seen = one_run(pool, folder, out)
                killer.over.set()
                killer.join()
                slowest = max(slowest, time.monotonic() - begun)
                check(last, seen, images, out, expected)
                struck += killer.kills
                failures += last.failed
                runs += 1
            assert digests(folder) == sources, "a source changed"
        finally:
            pool.close()
    what = "the forkserver" if server else "workers"
    return (
        f"{struck} kills of {what} in {runs} runs of {images} images: nothing lost, nothing twice; "
        f"{failures} images whose worker was killed twice failed by name; slowest run {slowest:.1f} s."
    )


def main() -> None:
    """Both kinds, with their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=100, help="kills of workers (default 100)")
    parser.add_argument("--forkserver", type=int, default=20, help="kills of the forkserver (default 20)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    print(torture(arguments.workers, server=False, seed=arguments.seed), flush=True)
    print(torture(arguments.forkserver, server=True, seed=arguments.seed), flush=True)


if __name__ == "__main__":
    main()
