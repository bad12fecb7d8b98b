"""A run as it is watched: how far it is, how long it will take, and what became of each image."""
