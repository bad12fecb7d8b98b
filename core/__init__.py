"""Slidetray's engine: images, steps, recipes, plans and the processes that run them.  No Qt, ever."""

__version__ = "0.1.0"
