"""Trying rule profiles on a clip that somebody sends, while no exam session is on."""
