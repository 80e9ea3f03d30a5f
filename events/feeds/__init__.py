"""Feeds: the change feed partners read, and the files they bring in."""
