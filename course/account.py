"""What a browser of a story does with an account: over HTTP, with cookies."""

import asyncio
import http.client
import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from course.database import PASSWORD
from course.errors import ExpectationFailed
from course.lane import HttpBrowser
from course.wire.row import VISITOR

if TYPE_CHECKING:
    from course.story import Story

LOG_IN = "/accounts/login/"
CSRF = "csrftoken"  # the cookie, whose value a POST must repeat


@dataclass
class Account:
    """What all the tabs of one browser share.

    Attributes:
        user: The user's name.
        cookies: Values by name. A cookie is for all ports of a host (RFC 6265, section
            8.5), so one server's are sent to the other, too.
    """

    user: str
    cookies: dict[str, str] = field(default_factory=dict)

    def header(self) -> dict[str, str]:
        """Return the Cookie header, if there are cookies."""
        pairs = [f"{name}={value}" for name, value in self.cookies.items()]
        return {"Cookie": "; ".join(pairs)} if pairs else {}

    def keep(self, answer: http.client.HTTPResponse) -> None:
        """Take over the cookies that an answer sets or deletes."""
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]


class AccountBrowser(HttpBrowser):
    """The account of a browser, which has one from the start and may log in.

    Args:
        name: The name of its lane.
        story: The story it plays in.
        server: The number of its server.
        like: The tab whose cookies it shares; None for a browser of its own.
    """

    def __init__(
        self,
        name: str,
        story: "Story",
        server: int = 1,
        like: "AccountBrowser | None" = None,
    ) -> None:
        super().__init__(name, story, server)
        self.account: Account = Account(name) if like is None else like.account

    @property
    def origin(self) -> str:
        """The origin of the pages that its server gives it."""
        return f"http://127.0.0.1:{self.server_port}"

    async def log_in(self) -> None:
        """Log in; only the POST has rows."""
        request = self.request()
        try:
            await asyncio.to_thread(request.connect)
            self.story.timeline.name(request.sock.getsockname()[1], VISITOR)
            headers = self.account.header()
            await asyncio.to_thread(request.request, "GET", LOG_IN, headers=headers)
            self.account.keep(await asyncio.to_thread(request.getresponse))
        finally:
            request.close()
        await self.post(LOG_IN, 302, username=self.account.user, password=PASSWORD)

    async def log_out(self) -> None:
        """Log out. It returns once the server has answered."""
        await self.post("/accounts/logout/", 302)

    async def get_ticket(self) -> str:
        """Return a ticket for a socket without cookies."""
        ticket: str = json.loads(await self.post("/accounts/ticket/", 200))["ticket"]
        return ticket

    async def post(self, path: str, status: int, **fields: str) -> bytes:
        """Send a form, and return the answer's body.

        Args:
            path: Where to.
            status: The HTTP status that is expected.
            fields: What the form holds. None of it is shown.
        """
        if CSRF not in self.account.cookies:
            raise ExpectationFailed(f"{self.name} has no {CSRF} cookie: log in first.")
        headers = {
            **self.account.header(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.origin,
            "X-CSRFToken": self.account.cookies[CSRF],
        }
        answer, body = await self.ask("POST", path, urlencode(fields), headers)
        self.account.keep(answer)
        if answer.status != status:
            raise ExpectationFailed(f"{path} answered {answer.status}, not {status}.")
        return body
