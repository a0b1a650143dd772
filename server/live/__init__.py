"""Live sessions: taken in, journaled, resumed, recovered, handed to `results`."""
