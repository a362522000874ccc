"""The commands of `invigil-hub`, one file per noun."""
