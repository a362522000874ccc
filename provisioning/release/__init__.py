"""The builder's side of releases: the key that signs them, and putting one together."""
