"""Steps that prepare images for a network."""
