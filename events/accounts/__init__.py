"""Accounts: people, their logins, and what they belong to."""
