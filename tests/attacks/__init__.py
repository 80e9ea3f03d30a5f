"""Attacks on a running server; each module that holds `attack` is one."""
