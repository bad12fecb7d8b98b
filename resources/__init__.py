"""Data that ships with Slidetray: the built-in recipes."""
