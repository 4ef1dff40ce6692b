"""The career as something to look at."""
