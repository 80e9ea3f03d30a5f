"""Danmaku and reactions: what the room says over the stage, and what the host lets it say."""
