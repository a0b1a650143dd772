"""What may be done to a session that is over, and how it is shown: decisions, and no more."""
