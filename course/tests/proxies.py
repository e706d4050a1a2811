"""The real nginx and Caddy, with the files of course/deploy/."""

import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from course.environment import ROOT
from course.tests.programs import program
from course.valkey import free_port

DEPLOY = ROOT / "course" / "deploy"
HOST = "chat.example.com"
START_TIMEOUT = 60.0  # seconds
FILES = "/srv/chat"  # in the files of course/deploy/: a folder of the test's instead
UPSTREAMS = ("127.0.0.1:8001", "127.0.0.1:8002")
NGINX = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    types {{ text/css css; text/javascript js; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/chat.conf;
}}
"""
CADDY = """\
{{
	admin off
	default_bind 127.0.0.1
	http_port {http}
	https_port {https}
	storage file_system {folder}/caddy
}}
"""


class Authority:
    """A certificate authority, and a certificate of its for HOST and localhost.

    Args:
        folder: Where certificate.pem and key.pem are written.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert(HOST, "localhost")
        (certificate, *_) = issued.cert_chain_pems
        certificate.write_to_path(folder / "certificate.pem")
        issued.private_key_pem.write_to_path(folder / "key.pem")
        self.context = ssl.create_default_context()
        authority.configure_trust(self.context)


class Proxy:
    """A proxy process, on free ports of 127.0.0.1.

    Args:
        folder: An empty folder for its files.
        files: What stands for FILES: the certificate, the key, and static/.
        upstreams: The ports of the servers behind it, at most two.
        changes: Texts of the configuration, and what stands there instead.
        https: Its port with TLS, if it must be that.
    """

    name, source = "", ""  # the program, and its file in DEPLOY

    def __init__(
        self,
        folder: Path,
        files: Path,
        upstreams: list[int],
        changes: dict[str, str] | None = None,
        https: int = 0,
    ) -> None:
        command = program(self.name)
        self.folder, self.http, self.https = folder, free_port(), https or free_port()
        text = (DEPLOY / self.source).read_text(encoding="utf-8")
        ours = {FILES: str(files), **self.ports(), **(changes or {})}
        for old, port in zip(UPSTREAMS, upstreams, strict=False):
            ours[old] = f"127.0.0.1:{port}"
        for old, new in ours.items():
            assert old in text, f"{old!r} is not in {self.source}"
            text = text.replace(old, new)
        for old in UPSTREAMS[len(upstreams) :]:  # nobody listens there
            text = re.sub(rf" *(server )?{re.escape(old)};?\n?", " ", text)
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [command, *self.arguments(text)],
            env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def ports(self) -> dict[str, str]:
        """Return what is changed in the text for it to listen on free ports."""
        return {}

    def arguments(self, text: str) -> list[str]:
        """Write the configuration, and return the command's arguments."""
        raise NotImplementedError

    def wait_until_up(self) -> None:
        """Return once it accepts connections."""
        end = time.monotonic() + START_TIMEOUT
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.https)).close()
                return
            time.sleep(0.01)
        pytest.fail((self.folder / "log").read_text(encoding="utf-8"))

    def change(self, old: str, new: str) -> None:
        """Change nginx's configuration, and have it read that again."""
        path = self.folder / "chat.conf"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new), encoding="utf-8")
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Nginx(Proxy):
    """nginx with nginx.conf in its http block."""

    name, source = "nginx", "nginx.conf"

    def ports(self) -> dict[str, str]:
        return {
            "listen 80": f"listen 127.0.0.1:{self.http}",
            "listen 443": f"listen 127.0.0.1:{self.https}",
            "https://$host": f"https://$host:{self.https}",
        }

    def arguments(self, text: str) -> list[str]:
        (self.folder / "chat.conf").write_text(text, encoding="utf-8")
        user = "user root;" if os.geteuid() == 0 else ""
        whole = NGINX.format(folder=self.folder, user=user)
        path = self.folder / "nginx.conf"
        path.write_text(whole, encoding="utf-8")
        return ["-e", "stderr", "-p", str(self.folder), "-c", str(path)]


class Caddy(Proxy):
    """Caddy with the Caddyfile."""

    name, source = "caddy", "Caddyfile"

    def arguments(self, text: str) -> list[str]:
        ours = CADDY.format(http=self.http, https=self.https, folder=self.folder)
        path = self.folder / "Caddyfile"
        path.write_text(ours + text, encoding="utf-8")
        return ["run", "--config", str(path), "--adapter", "caddyfile"]


PROXIES = {"nginx": Nginx, "caddy": Caddy}


@contextlib.contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """Have a proxy up for the time of a with statement."""
    try:
        proxy.wait_until_up()
        yield proxy
    finally:
        proxy.stop()
