"""Retention: what is too old and not held is deleted, once a day, with proof (ADR 25)."""
