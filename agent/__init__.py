"""The booth's program: capture → vision → rules → outbox, evidence, and the uplink to the hub."""
