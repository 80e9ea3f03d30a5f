"""`python -m server` is the same as `roadshow`."""

from server.cli import app

app()
