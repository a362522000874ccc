"""Trying rule profiles on a clip: files that wait for a booth, and what booths say of them."""
