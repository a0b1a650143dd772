"""One WebSocket of one client, and what is said over it."""
