"""What the hub has not acknowledged yet, and the way to it."""
