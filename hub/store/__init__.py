"""Every SQL statement, by domain."""
