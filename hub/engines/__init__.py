"""The databases that the hub runs on: SQLite and PostgreSQL."""
