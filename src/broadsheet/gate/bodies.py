"""How much anybody may send: Django keeps whatever comes in a file before it looks whose it is."""

from broadsheet.gate.request import App, Message, Receive, Scope, Send

MOST_BYTES = 50_000_000
"""The largest honest body is a picture or a document that an editor adds."""


class Bounded:
    """An application that is sent so many bytes in one request, and no more."""

    def __init__(self, site: App, most: int = MOST_BYTES) -> None:
        self._site = site
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say that it was too much."""
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        body = _Body(receive, send, self._most)
        body.over = _announced(scope) > self._most
        if not body.over:
            await self._site(scope, body.receive, body.send)
        if body.over and not body.answered:
            # The site has the words, in the reader's language.
            to = "/-/problem/too-large/"
            told = {**scope, "method": "GET", "path": to, "raw_path": to.encode()}
            await self._site(told, bodiless(receive), send)


class _Body:
    """What is sent in one request, counted as it comes."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive = receive
        self._send = send
        self._left = most
        self.over = False
        self.answered = False

    async def receive(self) -> Message:
        """What comes next; once it is too much, as if whoever sent it had left in the middle."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.over = self._left < 0
        return {"type": "http.disconnect"} if self.over else message

    async def send(self, message: Message) -> None:
        """The answer."""
        self.answered = True
        await self._send(message)


def bodiless(receive: Receive) -> Receive:
    """An empty body, then silence until the client leaves: what the site expects of a server."""
    sent = False

    async def receive_nothing() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] != "http.disconnect":
            pass  # what is left of a form that was not read
        return message

    return receive_nothing


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(one) for one in lengths if one.isdigit() and len(one) < 20), default=0)
