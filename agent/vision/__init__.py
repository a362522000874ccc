"""What is in a frame."""
