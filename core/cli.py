"""The command line.  Thin: every command reads its arguments, calls the engine or a listing, and prints.

Exit status: 0 all done; 1 some images failed; 2 nothing was run, and one line on stderr says why; 3 stopped by
something that hits every image; 130 interrupted.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from core import __version__, check, codecs, console, events, recipe, system, words
from core.declare import SettingsError
from core.engine import log
from core.engine import run as engine
from core.transforms import catalogue, find

ALL_DONE, SOME_FAILED, NOTHING_RUN, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130
NOTHING_WAS_RUN = "slidetray: Interrupted; nothing was run."
STATUS = {"done": ALL_DONE, "failed": SOME_FAILED, "stopped": STOPPED, "interrupted": INTERRUPTED}

app = typer.Typer(
    name="slidetray",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Runs a chain of image steps over whole folders, on every core, and loses nothing.",
)

# typer brings click with it, under a name of its own since 0.27: its errors are reached through what typer exports.
_USAGE_ERRORS: Any
_COMMAND_LINE_ERRORS: Any
_USAGE_ERRORS, _COMMAND_LINE_ERRORS = typer.BadParameter.__mro__[1:3]

RecipeArgument = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe file, or a built-in recipe's name.")]
Inputs = Annotated[list[str], typer.Argument(metavar="INPUT...", help="Folders and files with images.")]
Folder = Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="Where results go; made if missing.")]
Workers = Annotated[int | None, typer.Option(min=1, max=256, help="How many; default: by cores and memory.")]
EngineOption = Annotated[
    str, typer.Option(metavar="auto|processes|threads|inline", help="auto takes processes, the safe way.")
]
Conflict = Annotated[
    str | None,
    typer.Option(metavar="skip|rename|overwrite", help="What to do with results that are there already."),
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


class _Exit(Exception):  # noqa: N818 - not an error: the way out with a status
    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; no traceback ever reaches the terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that a terminal can't show must not stop a run
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives as long as we do
    try:
        command = typer.main.get_command(app)
        result = command.main(args=arguments, prog_name="slidetray", standalone_mode=False)
        if result == INTERRUPTED:  # typer's way of telling of a Ctrl-C; our own comes as _Exit
            print(NOTHING_WAS_RUN, file=sys.stderr)
        return result if isinstance(result, int) else ALL_DONE
    except _Exit as way_out:
        if way_out.message:
            print(f"slidetray: {words.one_line(way_out.message, 1000)}", file=sys.stderr)
        return way_out.status
    except typer.Exit as way_out:
        return way_out.exit_code
    except _COMMAND_LINE_ERRORS as error:
        hint = ' See "slidetray --help".' if isinstance(error, _USAGE_ERRORS) else ""
        text = words.sentence(words.one_line(error.format_message()))
        print(f"slidetray: {text}{hint}", file=sys.stderr)
        return NOTHING_RUN
    except (KeyboardInterrupt, typer.Abort):
        print(NOTHING_WAS_RUN, file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # nobody reads it, so Python must not flush it at the end
        return INTERRUPTED
    except Exception:
        import traceback

        log.write(traceback.format_exc())
        print(
            f"slidetray: Something went wrong inside Slidetray. Details are in {log.folder()}.",
            file=sys.stderr,
        )
        return NOTHING_RUN


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Without a command: the window."""
    if version:
        print(f"slidetray {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        if _window() is None:
            print(context.get_help())
            raise typer.Exit
        open_window([])


def _window() -> Callable[[list[str]], int] | None:
    """The window's entry, where this installation has one."""
    import importlib.util

    if importlib.util.find_spec("gui.app") is None:
        return None
    found: Callable[[list[str]], int] = importlib.import_module("gui.app").main
    return found


@app.command("open")
def open_window(
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH...", help="Folders, files or a recipe.")] = None,
) -> None:
    """Open the window, with these loaded."""
    window = _window()
    if window is None:
        raise _Exit(NOTHING_RUN, 'This installation has no window. "slidetray run" does the work in the terminal.')
    raise _Exit(window(paths or []))


def _choice(value: str | None, allowed: tuple[str, ...], option: str) -> Any:
    if value is not None and value not in allowed:
        raise _Exit(
            NOTHING_RUN,
            f'{option} must be {words.listing(allowed, "or")}, not "{words.one_line(value, 40)}".',
        )
    return value


def _prepare(
    name: str, inputs: list[str], folder: str, conflict: str | None, kind: str, workers: int | None
) -> engine.Prepared:
    conflict = _choice(conflict, ("skip", "rename", "overwrite"), "--conflict")
    kind = _choice(kind, ("auto", "processes", "threads", "inline"), "--engine")
    try:
        chosen = recipe.load(name)
        request = engine.Request(
            recipe=msgspec.Raw(chosen.encode()),
            inputs=inputs,
            folder=folder,
            conflict=conflict,  # type: ignore[arg-type]  # checked above
            engine=kind,  # type: ignore[arg-type]  # checked above
            workers=workers,
        )
        return engine.prepare(request)
    except (recipe.RecipeError, engine.RefusedError) as error:
        raise _Exit(NOTHING_RUN, str(error)) from None


@app.command("run")
def run_command(
    recipe: RecipeArgument,
    inputs: Inputs,
    output: Folder,
    workers: Workers = None,
    engine: EngineOption = "auto",
    conflict: Conflict = None,
    as_json: Json = False,
) -> int:
    """Run a recipe over folders and files."""
    prepared = _prepare(recipe, inputs, output, conflict, engine, workers)
    return _run(prepared, as_json)


def _run(prepared: engine.Prepared, as_json: bool) -> int:
    asked: list[int] = []
    under_way = False

    def ask_to_stop(number: int, _: object) -> None:
        asked.append(number)
        if not under_way:
            # While libraries load nothing is lost by leaving at once.  An exception would be raised in the middle of
            # their code, which swallows it, or takes the whole process down in a C++ extension.
            shown.close()
            system.leave_at_once(INTERRUPTED, f"{NOTHING_WAS_RUN}\n")
        # Later, images in work may take a moment to finish.  In this very process nothing else can end a picture.
        if len(asked) > 1 and prepared.choice.engine != "processes":
            raise KeyboardInterrupt

    try:
        engine.open_folder(prepared.plan.folder)
    except engine.RefusedError as error:
        raise _Exit(NOTHING_RUN, str(error)) from None
    if as_json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    shown = console.display(as_json, bool(prepared.recipe.passes))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)

    def emit(event: Any) -> None:
        nonlocal under_way
        under_way = under_way or isinstance(event, events.WorkerStarted)
        try:
            shown.show(event)
        except BrokenPipeError:
            asked.append(0)  # whoever read our output is gone
        except OSError as error:
            log.write(f"The display failed: {error}")  # the images matter more

    executor = engine.make_executor(prepared.choice)
    try:
        last = engine.Run(prepared, executor, emit, lambda: bool(asked)).go()
    finally:
        executor.close()
        shown.close()
        for number in (signal.SIGINT, signal.SIGTERM):  # from here on the status is known
            signal.signal(number, signal.SIG_IGN)
    progress = f"{words.thousands(last.done)} of {words.thousands(prepared.plan.total)} done"
    left = f"{words.thousands(last.left)} left"
    if last.status == "stopped":
        raise _Exit(STOPPED, f"Stopped: {last.reason} {progress}, {left}.")
    if last.status == "interrupted":
        raise _Exit(INTERRUPTED, f"Interrupted: {progress}, {left}. Every finished image is whole.")
    if not as_json:
        print(f"Results: {prepared.plan.folder}")
    return STATUS[last.status]


@app.command("check")
def check_command(
    recipe: RecipeArgument,
    inputs: Inputs,
    output: Folder,
    workers: Workers = None,
    engine: EngineOption = "auto",
    conflict: Conflict = None,
    as_json: Json = False,
) -> int:
    """Say what a run would do: names, problems, losses, size and time.  Writes nothing."""
    from core.engine import estimate

    prepared = _prepare(recipe, inputs, output, conflict, engine, workers)
    found = estimate.estimate(prepared, check.check(prepared.recipe, prepared.plan, prepared.choice.memory))
    if as_json:
        _print_json(msgspec.to_builtins(found))
    else:
        print("\n".join(console.check_lines(found, prepared.choice.reason)))
    return SOME_FAILED if found.problems else ALL_DONE


@app.command("transforms")
def transforms_command(
    step: Annotated[str | None, typer.Argument(metavar="STEP", help="Tell this step's settings.")] = None,
    as_json: Json = False,
) -> None:
    """List the steps, or tell the settings of one."""
    try:
        steps = [find(step)] if step else list(catalogue().values())
    except SettingsError as error:
        raise _Exit(NOTHING_RUN, str(error)) from None
    if as_json:
        _print_json(
            [
                {
                    "step": kind.tag(),
                    "title": kind.title,
                    "group": kind.group(),
                    "measurable": kind.measurable,
                    "description": kind.help(),
                    "source": kind.source(),
                    "parameters": kind.schema(),
                }
                for kind in steps
            ]
        )
        return
    if step:
        print("\n".join(console.step_lines(steps[0])))
        return
    rows = [(kind.tag(), kind.title, kind.group(), kind.help().partition(". ")[0].rstrip(".")) for kind in steps]
    print("\n".join(console.table(rows)))


@app.command("formats")
def formats_command(as_json: Json = False) -> None:
    """List the file formats."""
    rows = codecs.listing()
    if as_json:
        _print_json(rows)
        return
    can = {(True, True): "read and write", (True, False): "read", (False, True): "write"}
    print("\n".join(console.table([(r["type"], can[r["read"], r["write"]], " ".join(r["suffixes"])) for r in rows])))


@app.command("recipes")
def recipes_command(as_json: Json = False) -> None:
    """List the built-in recipes."""
    rows = [{"name": n, "title": r.name, "description": r.description} for n, r in recipe.builtin().items()]
    if as_json:
        _print_json(rows)
        return
    print("\n".join(console.table([(row["name"], row["description"]) for row in rows])))


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a recipe."""
    _print_json(recipe.schema())


@app.command("demo")
def demo_command(
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Where the demo works.")
    ] = "slidetray-demo",
) -> int:
    """Do the main job on sample images: cells, coins, tissue, retina (from scikit-image)."""
    import shutil

    from core import samples as sample_images

    samples = sample_images.paths()
    if not samples:
        raise _Exit(NOTHING_RUN, "The sample images are missing; install scikit-image.")
    images = Path(output, "images")
    try:
        images.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            shutil.copyfile(sample, images / sample.name)
    except OSError as error:
        raise _Exit(NOTHING_RUN, f"The demo folder {output} can't be written to: {error.strerror}.") from None
    results = Path(output, "images - processed")
    print(f"Samples: {words.listing(s.name for s in samples)}, in {images}.", flush=True)
    print(f"The same as: slidetray run thumbnails {images} -o '{results}'", flush=True)
    return _run(_prepare("thumbnails", [str(images)], str(results), "overwrite", "auto", None), as_json=False)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
