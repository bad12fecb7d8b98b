"""Slidetray beside its fastest peer, in one run on one machine, in turn (A B A B), medians quoted.

    python tests/bench/bench.py                       all works, 96 photographs, 5 rounds
    python tests/bench/bench.py --count 48 --rounds 3 --work thumbnails

Everything a user gets is switched on: atomic, flushed writes, metadata, events.  The pool is warm; the peer's process
is too.  Peers are found, not installed: sharp where `node` can load it (NODE_PATH, or --sharp FOLDER with
node_modules in it).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import photos

from core import __version__, recipe
from core.engine import run
from core.engine.choose import choose

WORKS = {"thumbnails": (256, 256), "web": (1600, 1200)}
HERE = Path(__file__).resolve().parent


class Ours:
    """A warm pool of two workers."""

    def __init__(self, workers: int) -> None:
        self.choice = choose("processes", workers, 1 << 20)
        self.executor = run.make_executor(self.choice)
        self.executor.start()

    def round(self, work: str, files: Sequence[Path], out: Path) -> float:
        """Seconds from Start to the end of the run."""
        request = run.Request(
            recipe=msgspec.Raw(recipe.load(work).encode()),
            inputs=[str(f) for f in files],
            folder=str(out),
            engine="processes",
            workers=self.choice.workers,
        )
        begun = time.perf_counter()
        prepared = run.prepare(request)
        run.open_folder(prepared.plan.folder)
        last = run.Run(prepared, self.executor, lambda event: None).go()
        seconds = time.perf_counter() - begun
        if last.done != len(files):
            raise SystemExit(f"Slidetray made {last.done} of {len(files)}; nothing is measured.")
        return seconds


class Sharp:
    """A node process that keeps sharp loaded."""

    versions = ""

    def __init__(self, folder: str | None, flight: int) -> None:
        environment = dict(os.environ)
        if folder:
            environment["NODE_PATH"] = str(Path(folder, "node_modules").resolve())
        self.flight = flight
        self.process = subprocess.Popen(
            [shutil.which("node") or "node", str(HERE / "sharp_peer.cjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def round(self, work: str, files: Sequence[Path], out: Path) -> float:
        """Seconds for all files, measured inside the peer."""
        width, height = WORKS[work]
        order = {
            "files": [str(f) for f in files],
            "out": str(out),
            "width": width,
            "height": height,
            "quality": 90,
            "flight": self.flight,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.versions = answer["versions"]
        made = len(list(out.glob("*.jpg")))
        if made != len(files):
            raise SystemExit(f"sharp made {made} of {len(files)}; nothing is measured.")
        return float(answer["seconds"])


def has_sharp(folder: str | None) -> bool:
    """Whether node can load sharp."""
    node = shutil.which("node")
    if node is None:
        return False
    environment = dict(os.environ)
    if folder:
        environment["NODE_PATH"] = str(Path(folder, "node_modules").resolve())
    command = [node, "-e", "require('sharp')"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def bare_codec(files: Sequence[Path], work: str) -> float:
    """Seconds of one core for decoding and encoding alone: the limit that no program using these codecs can beat."""
    import simplejpeg

    from core.codecs.jpeg import reduced_size
    from core.transforms.geometry.resize import Resize

    step = recipe.load(work).active[0]
    assert isinstance(step, Resize)
    total = 0.0
    for path in files[:12]:
        data = path.read_bytes()
        height, width = 3000, 4000
        wanted = step.size(height, width)
        least = reduced_size((height, width), wanted) or (0, 0)
        begun = time.perf_counter()
        pixels = simplejpeg.decode_jpeg(data, min_height=least[0], min_width=least[1], min_factor=1)
        total += time.perf_counter() - begun
        small = pixels[: wanted[0], : wanted[1]].copy()
        begun = time.perf_counter()
        simplejpeg.encode_jpeg(small, quality=90, colorsubsampling="420")
        total += time.perf_counter() - begun
    return total / min(12, len(files))


def machine() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def measure(work: str, files: Sequence[Path], ours: Ours, peer: Sharp | None, rounds: int) -> dict[str, Any]:
    """Median rates and the ratio round by round; one round of each first, not counted."""
    times: dict[str, list[float]] = {"ours": [], "peer": []}
    for number in range(rounds + 1):
        for name, side in (("ours", ours), ("peer", peer)):
            if side is None:
                continue
            with tempfile.TemporaryDirectory(prefix="slidetray-bench-") as out:
                seconds = side.round(work, files, Path(out))
            if number:
                times[name].append(seconds)
    row: dict[str, Any] = {"work": work, "ours": len(files) / statistics.median(times["ours"])}
    row["limit"] = ours.choice.workers / bare_codec(files, work)
    if peer is not None:
        row["peer"] = len(files) / statistics.median(times["peer"])
        row["ratios"] = sorted(p / o for o, p in zip(times["ours"], times["peer"], strict=True))
    return row


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=96, help="photographs (default 96)")
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds of each side (default 5)")
    parser.add_argument("--workers", type=int, default=2, help="workers, and images in flight of the peer (default 2)")
    parser.add_argument("--work", choices=[*WORKS, "all"], default="all")
    parser.add_argument("--photos", type=Path, default=Path(tempfile.gettempdir(), "slidetray-bench-photos"))
    parser.add_argument("--sharp", help="folder in which `npm install sharp` was run")
    arguments = parser.parse_args()
    files = photos.make(arguments.photos, arguments.count)
    megabytes = sum(f.stat().st_size for f in files) / 1e6
    print(
        f"{len(files)} photographs of 4000 x 3000, {megabytes:.0f} MB, {arguments.rounds} rounds, in turn.", flush=True
    )
    ours = Ours(arguments.workers)
    peer = Sharp(arguments.sharp, arguments.workers) if has_sharp(arguments.sharp) else None
    if peer is None:
        print("sharp was not found (npm install sharp, then --sharp FOLDER): Slidetray alone is measured.")
    works = list(WORKS) if arguments.work == "all" else [arguments.work]
    rows = [measure(work, files, ours, peer, arguments.rounds) for work in works]
    ours.executor.close()
    print(f"\n{time.strftime('%Y-%m-%d')}, {machine()}, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}, Slidetray {__version__}, {peer.versions if peer else 'no peer'}\n")
    print("| recipe | Slidetray, images/s | sharp, images/s | ratio (lowest to highest) | codecs alone, images/s |")
    print("|---|---|---|---|---|")
    for row in rows:
        ratio = "-"
        if peer is not None:
            ratios = row["ratios"]
            ratio = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        beside = f"{row['peer']:.0f}" if peer is not None else "-"
        print(f"| `{row['work']}` | {row['ours']:.0f} | {beside} | {ratio} | {row['limit']:.0f} |")


if __name__ == "__main__":
    main()
