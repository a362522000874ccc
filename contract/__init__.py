"""What agent, hub and provisioning say to each other.

Imports the standard library, pydantic and cryptography only; nothing of ours.
"""
