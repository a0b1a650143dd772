"""What goes, and when: editing windows, recordings, transcripts, whole sessions, leftovers."""
