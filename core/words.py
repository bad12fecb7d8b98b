"""Numbers and lists in plain words, the same on the command line and in the window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def thousands(number: int) -> str:
    """1234567 -> "1,234,567"."""
    return f"{number:,}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`count(1, "image")` -> "1 image"; `count(2, "image")` -> "2 images"."""
    return f"{thousands(number)} {noun if number == 1 else plural or noun + 's'}"


def size(bytes_: float) -> str:
    """Bytes in decimal units, two digits: 0 bytes, 812 bytes, 4.2 kB, 31 MB, 1.2 GB."""
    if bytes_ < 1000:
        return count(int(bytes_), "byte")
    for unit in ("kB", "MB", "GB", "TB"):
        bytes_ /= 1000
        if bytes_ < 999.5 or unit == "TB":
            break
    return f"{bytes_:.1f} {unit}" if bytes_ < 9.95 else f"{bytes_:,.0f} {unit}"


def duration(seconds: float) -> str:
    """Seconds in words: "0.4 s", "12 s", "3 min", "2 h 05 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def number(value: float) -> str:
    """The shortest plain form of a number: 10.0 -> "10", 0.35 -> "0.35"."""
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def listing(words: Iterable[str], last: str = "and") -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def nearest(word: str, known: Sequence[str]) -> str:
    """' Did you mean "x"?' when something known is close to `word`, else nothing."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1)
    return f' Did you mean "{close[0]}"?' if close else ""


def one_line(text: object, limit: int = 300) -> str:
    """Any text as one printable line of at most `limit` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends a sentence already."""
    return text if text.endswith((".", "?", "!", "…")) else text + "."
