"""Audio as people send it, to samples."""
