"""Steps that change values pixel by pixel."""
