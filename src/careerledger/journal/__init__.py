"""How entries are written and read back."""
