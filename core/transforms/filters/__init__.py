"""Steps that mix each pixel with its neighbours."""
