"""What a session leaves behind: recording, rows, transcript files."""
