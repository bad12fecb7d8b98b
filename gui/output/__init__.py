"""Where results go, as what, under which names; what a run would make, and the way to start it."""
