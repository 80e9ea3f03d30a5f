"""A room on Django Channels over RedisPubSub: what comes in on /pub goes out to everyone on /sub."""

import os

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

LAYER = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [os.environ["BENCH_REDIS"]]}}
settings.configure(SECRET_KEY="bench", INSTALLED_APPS=["channels"], CHANNEL_LAYERS={"default": LAYER})
django.setup()


class Hearer(AsyncWebsocketConsumer):
    groups = ("room",)

    async def connect(self):
        await self.accept()
        await self.send("joined")

    async def asked(self, event):
        await self.send(event["text"])


class Speaker(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        await self.channel_layer.group_send("room", {"type": "asked", "text": text_data})


routes = [path("sub", Hearer.as_asgi()), path("pub", Speaker.as_asgi())]
app = ProtocolTypeRouter({"websocket": URLRouter(routes)})
