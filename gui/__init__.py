"""The window: it shows, asks the engine's host and passes on what the user wants.  No torch, no pixel code."""
