"""The support bundle: what somebody far away needs to know of a device, without secrets, faces or names."""
