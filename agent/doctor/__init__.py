"""The doctor: named checks of this device, run by hand, by the agent itself, or from afar."""
