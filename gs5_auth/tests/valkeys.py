"""What may happen to a Valkey, and how the tests use one."""

import contextlib
import os
import signal
import time

from processes import TIMEOUT
from redis import Redis


def wait_until(done, what):
    """Return once something is so."""
    end = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < end, what


@contextlib.contextmanager
def without(valkey):
    """Stop Valkey for the time of a with statement.

    Before, the queue layer must be done with what it has received: a task of its own
    takes each message out of the backup, and if that fails asyncio logs a traceback.
    """
    with Redis.from_url(valkey.connection_url) as redis:
        wait_until(lambda: not redis.keys("*$inflight"), "the backup is never emptied")
    valkey.stop()
    try:
        yield
    finally:
        valkey.start()


@contextlib.contextmanager
def hanging(valkey):
    """Let Valkey answer nobody for the time of a with statement: it is there, and its
    connections stay open.
    """
    with Redis.from_url(valkey.connection_url) as redis:
        process_id = redis.info("server")["process_id"]
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)


def let_connections_idle(valkey):
    """Return once Valkey has closed the connections that wait in a pool, as managed
    Redis and what is in between do. Those that listen stay.
    """
    with Redis.from_url(valkey.connection_url) as redis:
        redis.config_set("timeout", 1)
        ours = redis.client_id()

        def idle():
            clients = redis.client_list()
            return {each["id"] for each in clients if each["flags"] == "N"} - {
                str(ours)
            }

        pooled = idle()
        assert pooled, "no connection is kept"
        wait_until(lambda: not pooled & idle(), "no connection is closed")


def use(settings, kind, url):
    """Have the application in this process use the settings' layer on a Redis."""
    layers = getattr(settings, "LAYERS", {})
    assert kind in layers, "there are no such layers"
    layer = layers[kind]
    hosts = [{**host, "address": url} for host in layer["CONFIG"]["hosts"]]
    config = {**layer["CONFIG"], "hosts": hosts}
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": config}}
