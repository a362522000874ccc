"""Who may sign in and how, what they may do, and which booths they reach."""
