"""Files as they come from booths, where they are kept, and the proof that leaves with them."""
