"""Events on their way from the broker into the database."""
