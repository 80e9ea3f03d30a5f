"""The stage of a live room: its running order and clock, the speaker's messages and slides, roles and screens."""
