"""Migrations, named by date and purpose; the newest is what this code expects."""
