"""Releases for devices, and rolling them out over the fleet, phase by phase."""
