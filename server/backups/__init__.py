"""Backups of a whole installation, made while it serves, and their way back."""
