"""Show a career to a person."""
