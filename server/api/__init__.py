"""HTTP endpoints, one thin module per context; each route names its permission."""

from fastapi import APIRouter

from server.api import accounts

ROUTERS: list[APIRouter] = [accounts.router]
