"""Exams, candidates and exam sessions: what may happen to them, and who decides it."""
