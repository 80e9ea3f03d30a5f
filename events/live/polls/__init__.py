"""Polls and contests: what a room is asked, who answered, and what came of it."""
