"""Slidetray's window.  No torch in this process at any time, and no pixel code."""
