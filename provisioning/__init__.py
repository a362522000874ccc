"""The technician's CLI. Drives agent and hub as programs; never imports their code."""
