"""Steps that move pixels: size, place and direction."""
