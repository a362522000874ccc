"""REST and WebSocket, one file per resource."""
