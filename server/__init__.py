"""The server: process, HTTP, wiring. The only roof over the domain and the live engine."""
