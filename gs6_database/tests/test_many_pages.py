"""Many pages at once, and a probe that asks whether the process works."""

import contextlib
import http.client
import re
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from accounts import log_in, make_user
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator
from django.db import connection
from processes import START_TIMEOUT, TIMEOUT
from servers import Server
from storage import models

PAGES = 60
MOST = 40  # connections that this PostgreSQL accepts


def status(server, path, host=None, session_key=""):
    """Return the status of an answer over HTTP."""
    name, port = server.address.split(":")
    asking = http.client.HTTPConnection(name, int(port), timeout=START_TIMEOUT)
    with contextlib.closing(asking):
        headers = {"Host": host or server.address, "Cookie": f"sessionid={session_key}"}
        asking.request("GET", path, headers=headers)
        return asking.getresponse().status
