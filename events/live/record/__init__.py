"""The session record: who was there, what the room's figures are, and the archive that proves itself."""
