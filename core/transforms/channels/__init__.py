"""Steps that mix or choose channels."""
