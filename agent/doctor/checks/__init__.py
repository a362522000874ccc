"""The doctor's checks, one to a file; `agent.doctor.catalogue` lists them."""
