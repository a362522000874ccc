"""Reports of exam sessions: what is known, a summary that explains itself, and the files that people take away."""
