"""Registrations: who will attend, the queue for a seat, and the door."""
