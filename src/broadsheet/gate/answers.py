"""An answer on its way out, looked at as it goes."""

from time import perf_counter

from broadsheet.gate.ids import HEADER, id_header
from broadsheet.gate.request import Message, Send


class Answer:
    """Carries one answer, and remembers how it began. It is given the request's id."""

    __slots__ = ("_begun", "_send", "seconds", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = perf_counter()
        self.status = 0
        """0: it has not begun."""
        self.seconds = 0.0
        """From the request to the answer's beginning."""

    async def send(self, message: Message) -> None:
        """See ASGI."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.seconds = perf_counter() - self._begun
            headers = list(message["headers"])
            if all(name != HEADER for name, _ in headers):
                headers.append(id_header())
            message = {**message, "headers": headers}
        await self._send(message)
