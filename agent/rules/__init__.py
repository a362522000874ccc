"""When what is seen becomes a violation."""
