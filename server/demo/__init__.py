"""A believable demo day: invented firms and people, one roadshow live right now."""
