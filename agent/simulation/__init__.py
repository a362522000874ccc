"""Booths without a camera, many in one process, for load: everything of an agent but what sees."""
