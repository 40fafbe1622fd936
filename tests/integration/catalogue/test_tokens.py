"""Tokens under a live feed: they expire, cannot be renewed, or are good for less than was asked."""
