"""Updating a device: a release is installed beside the one that runs, tried, and kept or given up."""
