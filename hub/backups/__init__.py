"""A whole hub in one file, and back."""
