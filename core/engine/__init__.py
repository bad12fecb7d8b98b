"""The engine: executors that run jobs on every core, and the run that turns a plan into events."""
