"""A browser without a window: it keeps cookies, and fills in forms."""

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from processes import START_TIMEOUT

TOKEN = re.compile('name="csrfmiddlewaretoken" value="(.+?)"')


class PageBrowser:
    """A browser on the pages of a server, from which it opens sockets, too."""

    def __init__(self, server):
        self.server = server
        self.jar = CookieJar()
        # Straight to the server, whatever proxy the user's shell names.
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.jar))
        self.tokens = []

    def get(self, path):
        """Return the text of a page, which must be there."""
        return self.ask(path)

    def post(self, path, page=None, **fields):
        """Fill in the form of a page, and return the text of what follows."""
        self.ask(page or path)
        token = {"csrfmiddlewaretoken": self.tokens[-1]}
        return self.ask(path, urlencode(fields | token).encode())

    def ask(self, path, data=None):
        """Return the body of an answer, whose tokens are noted."""
        request = Request(f"http://{self.server.address}{path}", data)
        try:
            with self.opener.open(request, timeout=START_TIMEOUT) as response:
                text = response.read().decode()
        except HTTPError as error:
            with error:
                raise AssertionError(f"{path}: HTTP {error.code}") from None
        self.tokens += TOKEN.findall(text)
        return text

    @property
    def cookies(self):
        """The cookies, by name."""
        return {cookie.name: cookie.value for cookie in self.jar}

    def ticket(self):
        """Return a ticket."""
        answer = self.post("/accounts/ticket/", page="/")
        return re.search('"ticket": "(.+)"', answer)[1]

    def connect(self, path):
        """Open a socket with the cookies, for the time of a with statement."""
        headers = {
            "Cookie": "; ".join(
                f"{name}={value}" for name, value in self.cookies.items()
            ),
            "Origin": f"http://{self.server.address}",
        }
        return self.server.connect(path, additional_headers=headers)
