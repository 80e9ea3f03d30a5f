"""What a roadshow is: the domain, with no server, no Redis and no environment variables."""
