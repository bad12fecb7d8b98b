"""Sums as the engine tells them."""

from __future__ import annotations

from core.check import Check
from core.looks import Sums


def check(**changes: object) -> Check:
    told: dict = {
        "recipe": "r", "folder": "/o", "total": 384, "items": [], "skipped": [], "collisions": [], "left_out": "",
        "notes": [], "files": 384, "bytes": 0.9e9, "seconds": 120.0,
    }  # fmt: skip
    return Check(**{**told, **changes})


def sums(**changes: object) -> Sums:
    told: dict = {"number": 1, "images": 384, "check": check()}
    return Sums(**{**told, **changes})
