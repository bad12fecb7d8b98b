"""A run: a plan and an executor in, events out.  The same for the command line and the engine's host."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from core import events, files, histogram, items, messages, plan, recipe, system
from core.engine import choose, log
from core.engine.executor import EngineError, Executor, Task
from core.histogram import Ranges
from core.recipe import Conflict
from core.transform import ScopedStep

if TYPE_CHECKING:
    from torch import Tensor

Emit = Callable[[events.Event], None]
# Decoded bytes of a file by its ending, as a multiple of its size; generous, for what may be in flight together.
EXPANSION = {".jpg": 40, ".jpeg": 40, ".webp": 60, ".gif": 40, ".png": 15, ".bmp": 2}
DEADLINE = 120.0  # seconds for any image
DEADLINE_PER_MEGABYTE = 2.0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run."""

    recipe: msgspec.Raw
    inputs: list[str]
    folder: str
    conflict: Conflict | None = None
    engine: choose.Engine = "auto"
    workers: int | None = None
    deadline: float = DEADLINE
    without: list[str] = []
    """Paths of images that were taken out of the list."""
    only: list[str] = []
    """Paths of the images to be made again, as they would be among all; empty: all."""


class RefusedError(ValueError):
    """Nothing was run; the message is one plain sentence."""


class Prepared(msgspec.Struct, frozen=True):
    """A request that can be run."""

    request: Request
    recipe: recipe.Recipe
    plan: plan.Plan
    choice: choose.Choice


def prepare(request: Request, found: items.Found | None = None) -> Prepared:
    """Read the recipe, find the images, decide names, engine and workers.  Imports no torch.

    `found` is what a scan of the same inputs gave before.

    Raises:
        RefusedError: nothing can be run, and why.
    """
    if not request.folder.strip() or not all(name.strip() for name in request.inputs):
        raise RefusedError("A folder's name is empty. Name the folder; the one you are in is called .")
    try:
        decoded = recipe.decode(bytes(request.recipe))
        chosen = _chosen(request, found or items.scan(request.inputs))
        planned = plan.make(decoded, chosen, request.folder, request.conflict, frozenset(request.only))
    except (recipe.RecipeError, items.InputError, plan.PlanError) as error:
        raise RefusedError(str(error)) from None
    except OSError as error:
        name = error.filename or "The folder you are in"
        raise RefusedError(f"{name} can't be used: {error.strerror or error}.") from None
    choice = choose.choose(request.engine, request.workers, len(planned.jobs))
    return Prepared(request, decoded, planned, choice)


def _chosen(request: Request, found: items.Found) -> items.Found:
    """What was found, without what the user took out."""
    if not request.without:
        return found
    without = frozenset(request.without)
    kept = [item for item in found.items if item.sources[0].path not in without]
    return msgspec.structs.replace(found, items=kept)


def open_folder(folder: str) -> None:
    """Make the output folder, and make sure that it can be written to.

    Raises:
        RefusedError: it can't.
    """
    import tempfile

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise RefusedError(f"The output folder {folder} can't be written to: {error.strerror or error}.") from None


def make_executor(choice: choose.Choice) -> Executor:
    """The executor that was chosen."""
    if choice.engine == "processes":
        if system.START_METHOD == "forkserver":
            # Before torch is imported here, so that both load at the same time.
            from multiprocessing import forkserver

            forkserver.set_forkserver_preload(["core.engine.preload"])
            with system.deaf_to_interrupts():
                forkserver.ensure_running()
        from core.engine.pool import Pool

        return Pool(choice.workers, memory=choice.memory)
    if choice.engine == "threads":
        from core.engine.threads import Threads

        return Threads(choice.workers)
    from core.engine.inline import Inline

    return Inline()


class Run:
    """One run; call `go` once."""

    def __init__(
        self,
        prepared: Prepared,
        executor: Executor,
        emit: Emit,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.prepared = prepared
        self.plan = prepared.plan
        self.executor = executor
        self.emit = emit
        self.cancelled = cancelled
        self.name = files.new_run()
        self.open = {job.index: job for job in self.plan.jobs}
        # Images that are not made again: a range over all images is over these too.
        made = {job.item.key for job in self.plan.jobs}
        others = [item for item in self.plan.found.items if item.key not in made]
        first = len(self.plan.found.items)
        self.witnesses = {first + number: plan.Job(first + number, item, "") for number, item in enumerate(others)}
        self.announced: set[int] = set()
        self.touched: set[Path] = set()
        self.done = self.failed = self.skipped = 0
        self.trouble = ""
        self.interrupted = False
        self.ranges: list[dict[str, Ranges]] = []
        self.totals: dict[str, Tensor] = {}
        self.started_at = 0.0

    def go(self) -> events.RunFinished:
        """Run everything; the last event is returned too."""
        self.started_at = time.perf_counter()
        log.trim()
        choice = self.prepared.choice
        self.emit(
            events.RunStarted(
                time=time.time(),
                run=self.name,
                total=self.plan.total,
                engine=choice.engine,
                workers=choice.workers,
                reason=choice.reason,
                left_out="; ".join(filter(None, [self.plan.found.summary(), *self.plan.remarks])),
            )
        )
        for item, reason in self.plan.skipped:
            self._skip(item, reason)
        try:
            folders = {item.folder for item in self.plan.found.items} | {""}
            files.sweep(Path(self.plan.folder, folder) for folder in folders)
            self._passes()
        except KeyboardInterrupt:
            self.interrupted = True
        except EngineError as error:
            self.trouble = str(error)
        except Exception:
            log.write(traceback.format_exc())
            self.trouble = f"Something went wrong inside Slidetray; details are in {log.folder()}."
        return self._finish()

    def _passes(self) -> None:
        steps = self.prepared.recipe.active
        for position in self.prepared.recipe.passes:
            step = steps[position]
            assert isinstance(step, ScopedStep)
            self.totals = {}
            self._execute(position)
            if self._stopped():
                return
            self.ranges.append({key: step.combine(key, table) for key, table in self.totals.items()})
        if not self._stopped():
            self._execute(None)

    def _execute(self, measure: int | None) -> None:
        jobs = list(self.open.values())
        if not jobs:
            return
        if measure is not None:
            jobs += self.witnesses.values()
        setup = messages.Setup(
            run=self.name,
            recipe=self.prepared.request.recipe,
            folder=self.plan.folder,
            conflict=self.plan.conflict,
            memory=self.prepared.choice.memory,
            ranges=self.ranges,
            measure=measure,
        )
        tasks = [self._task(job) for job in jobs]
        self.executor.execute(messages.encode(setup), tasks, self, self._stopped)

    def _task(self, job: plan.Job) -> Task:
        size = job.item.size
        return Task(
            job.index,
            messages.encode(messages.Work(job)),
            messages.encode(messages.Work(job, again=True)),
            (64 << 20) + size * EXPANSION.get(job.item.path.suffix.lower(), 8),
            self.prepared.request.deadline + DEADLINE_PER_MEGABYTE * size / 1e6,
        )

    def _stopped(self) -> bool:
        return bool(self.trouble) or self.cancelled()

    # -- what the executor says ------------------------------------------------------------------------------

    def worker_started(self, worker: int, pid: int) -> None:
        """A worker is ready; told once a run."""
        if -worker not in self.announced:
            self.announced.add(-worker)
            self.emit(events.WorkerStarted(time=time.time(), worker=worker, pid=pid))

    def started(self, task: Task, worker: int) -> None:
        """An item is being worked on; told once an item."""
        if task.index in self.witnesses:
            return
        job = self.open[task.index]
        self.touched.add(Path(job.target).parent)
        if task.index not in self.announced:
            self.announced.add(task.index)
            self.emit(events.JobStarted(time=time.time(), item=job.item.key, sources=_sources(job.item), worker=worker))

    def answered(self, task: Task, answer: bytes, table: Tensor) -> None:
        """An item is done, skipped, failed or measured."""
        job = self.open.get(task.index) or self.witnesses[task.index]
        match messages.decode_answer(answer):
            case messages.Measured(key=key, channels=channels):
                if channels:
                    total = self.totals.get(key)
                    self.totals[key] = histogram.merged(total, table[:channels])
            case _ if task.index in self.witnesses:
                pass  # it can't be read; that it was skipped has been told
            case messages.Done() as result:
                del self.open[task.index]
                self.done += 1
                self.emit(
                    events.JobFinished(
                        time=time.time(),
                        item=job.item.key,
                        sources=_sources(job.item),
                        targets=result.targets,
                        seconds=result.seconds,
                        warnings=result.warnings,
                    )
                )
            case messages.Skipped(reason=reason):
                del self.open[task.index]
                self._skip(job.item, reason)
            case messages.Failed() as failure:
                if failure.detail:
                    log.write(f"{job.item.path}: {failure.detail}")
                if failure.fatal:
                    self.trouble = self.trouble or failure.message  # the item is left, not failed
                    return
                self._fail(job, failure.stage, failure.message)

    def lost(self, task: Task, reason: str) -> None:
        """An item was given up."""
        if task.index in self.open:
            self._fail(self.open[task.index], "worker", reason)

    def _skip(self, item: items.Item, reason: str) -> None:
        self.skipped += 1
        self.emit(events.JobSkipped(time=time.time(), item=item.key, sources=_sources(item), reason=reason))

    def _fail(self, job: plan.Job, stage: str, message: str) -> None:
        del self.open[job.index]
        self.failed += 1
        self.emit(
            events.JobFailed(
                time=time.time(), item=job.item.key, sources=_sources(job.item), stage=stage, message=message
            )
        )

    def _finish(self) -> events.RunFinished:
        files.sweep(self.touched, self.name)
        left = len(self.open)
        if self.trouble:
            status = "stopped"
        elif left or self.interrupted:
            status = "interrupted"
        else:
            status = "failed" if self.failed else "done"
        last = events.RunFinished(
            time=time.time(),
            status=status,
            done=self.done,
            failed=self.failed,
            skipped=self.skipped,
            left=left,
            seconds=round(time.perf_counter() - self.started_at, 3),
            reason=self.trouble,
        )
        self.emit(last)
        return last


def _sources(item: items.Item) -> list[str]:
    return [source.path for source in item.sources]
