"""Captions of a room, from the sessions that speak in it to those who read along."""
