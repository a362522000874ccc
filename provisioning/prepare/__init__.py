"""A flashed card becomes a booth's: what is written onto its boot partition, and what runs at its first boot."""
