"""The doors: the only files that import an HTTP or WebSocket client. They send and receive, no more."""
