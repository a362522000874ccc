"""People at work: who looks at what, what they say to candidates, what they decide."""
