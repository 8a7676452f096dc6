"""A line for every request, where an operator asks for one."""

import logging
from urllib.parse import quote

from broadsheet.gate.answers import Answer
from broadsheet.gate.request import App, Receive, Scope, Send

logger = logging.getLogger(__name__)

UNQUOTED = "/:@!$&'()*+,;=~"
"""What a path may hold as it is; a new line would be another line of the log."""


class AccessLog:
    """An application whose answers are logged."""

    def __init__(self, application: App) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and say so."""
        answer = Answer(send)
        try:
            await self._application(scope, receive, answer.send)
        finally:
            # No query and no address: what a reader looks for, and who it is, is nobody's business.
            said = {
                "method": scope["method"],
                "path": quote(_without_tokens(scope["path"]), safe=UNQUOTED),
                "status": answer.status,
                "milliseconds": round(answer.seconds * 1000, 2),
            }
            logger.info("%s %s %d", *list(said.values())[:3], extra=said)


def _without_tokens(path: str) -> str:
    # Whoever has a link of ours is taken for whom it names. What we sign has a colon before its
    # signature; what we draw by lot has capitals (base64), and no address of a page has any.
    parts = path.split("/")
    return "/".join("-" if ":" in part or part != part.lower() else part for part in parts)
