"""How browsers and booths find each other for live pictures and talks."""
