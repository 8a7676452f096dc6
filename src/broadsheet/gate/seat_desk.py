"""The seat's own addresses: beats and releases of open pages, and the dialog's two buttons."""

from datetime import UTC, datetime
from email.utils import format_datetime

from broadsheet.access import Claim, Gone, Granted, InUse, Mode, Revoked
from broadsheet.gate.identity import Identifier, Identity
from broadsheet.gate.lessor import Lessor
from broadsheet.gate.request import (
    LEASE,
    Receive,
    Request,
    Send,
    TooLarge,
    local_path,
    read_form,
)
from broadsheet.gate.response import Headers, cookie, redirect, respond_json
from broadsheet.gate.seals import Pass, Seals
from broadsheet.gate.streams import Streams
from broadsheet.seats import Told

PREFIX = "/-/seat/"
LEASE_AGE = 86400
MAX_EPOCH = 2**53


class Problem(Exception):
    """A form cannot be taken; `name` is the page that says why, `status` its HTTP status."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name)
        self.name = name
        self.status = status


class SeatDesk:
    """Answers what pages ask about the seat they are read under."""

    def __init__(
        self,
        *,
        seals: Seals,
        identifier: Identifier,
        lessor: Lessor,
        streams: Streams,
        secure: bool,
    ) -> None:
        self._seals = seals
        self._identifier = identifier
        self._lessor = lessor
        self._streams = streams
        self._secure = secure

    async def serve(self, request: Request, now: float, receive: Receive, send: Send) -> None:
        """Answer one request below PREFIX. Raises Problem when a person must be told."""
        name = request.path.removeprefix(PREFIX)
        if name == "events" and request.method == "GET":
            return await self._events(request, now, receive, send)
        if name == "events":
            return await respond_json(send, 405, {"error": "method"}, [(b"allow", b"GET")])
        action = {
            "beat": self._beat,
            "release": self._release,
            "take-over": self._take_over,
            "both-mine": self._both_mine,
        }.get(name)
        if action is None:
            raise Problem("not-found", 404)
        if request.method != "POST":
            raise Problem("method", 405)
        if request.from_elsewhere:
            raise Problem("elsewhere", 403)
        try:
            form = await read_form(receive)
        except TooLarge:
            raise Problem("too-large", 413) from None
        who = await self._identifier.identify(request, now)
        await action(request, form, who, now, send)

    async def _beat(
        self, request: Request, form: dict[str, str], who: Identity, now: float, send: Send
    ) -> None:
        epoch = _epoch(form)
        if epoch is None:
            return await respond_json(send, 400, {"error": "epoch"})
        a_pass = _seated(who)
        told = await self._lessor.beat(a_pass, epoch) if a_pass else None
        if a_pass is None or _revoked(told):
            who = await self._identifier.renew(request)
            a_pass = _seated(who)
            if a_pass is None:
                return await respond_json(send, 401, {"error": "signed-out"}, who.cookies)
            told = await self._lessor.beat(a_pass, epoch)
        if told is not None and isinstance(told.answer, Gone) and a_pass.mode is not Mode.ENFORCE:
            told = None  # nobody is displaced under this plan's mode
        await self._tell_beat(told, who, send)

    async def _tell_beat(self, told: Told | None, who: Identity, send: Send) -> None:
        answer = told.answer if told is not None else None
        if told is not None and isinstance(answer, Granted):
            times = _times(told.at, answer.expires)
            value = {"epoch": answer.epoch, "expires": answer.expires}
            return await respond_json(send, 200, value, [*who.cookies, *times])
        if isinstance(answer, Gone) and answer.by is not None:
            value_gone = {"displaced": {"by": answer.by.label, "at": answer.at}}
            return await respond_json(send, 410, value_gone, who.cookies)
        if isinstance(answer, Gone):
            return await respond_json(send, 410, None, who.cookies)
        await respond_json(send, 200, {}, who.cookies)

    async def _release(
        self, request: Request, form: dict[str, str], who: Identity, now: float, send: Send
    ) -> None:
        epoch = _epoch(form)
        a_pass = _seated(who)
        if a_pass is not None and epoch is not None:
            await self._lessor.release(a_pass, epoch)
        await respond_json(send, 200, {}, who.cookies)

    async def _take_over(
        self, request: Request, form: dict[str, str], who: Identity, now: float, send: Send
    ) -> None:
        claim = self._claim(form)
        a_pass = _seated(who)
        told = await self._lessor.take_over(a_pass, claim) if a_pass else None
        if _revoked(told):
            who = await self._identifier.renew(request)
            a_pass = _seated(who)
            told = await self._lessor.take_over(a_pass, claim) if a_pass else None
        answer = told.answer if told is not None else None
        cookies = [*who.cookies, *self._lease_cookie(answer)]
        if not request.wants_json:
            # Won or lost, the story's page shows what is true now, with a new token if lost.
            return await redirect(send, local_path(form.get("next", "/")), cookies)
        if a_pass is None:
            return await respond_json(send, 401, {"error": "signed-out"}, cookies)
        if told is not None and isinstance(answer, InUse):
            return await respond_json(send, 409, self._conflict(a_pass, answer, told.at), cookies)
        value = {"epoch": answer.epoch} if isinstance(answer, Granted) else {}
        await respond_json(send, 200, value, cookies)

    async def _both_mine(
        self, request: Request, form: dict[str, str], who: Identity, now: float, send: Send
    ) -> None:
        claim = self._claim(form)
        a_pass = _seated(who)
        if a_pass is not None and (a_pass.key, a_pass.device) == (claim.seat, claim.device):
            await self._lessor.mine(a_pass, "", now)
        if request.wants_json:
            return await respond_json(send, 200, {}, who.cookies)
        await redirect(send, local_path(form.get("next", "/")), who.cookies)

    async def _events(self, request: Request, now: float, receive: Receive, send: Send) -> None:
        who = await self._identifier.identify(request, now)
        a_pass = _seated(who)
        if a_pass is None or a_pass.mode is not Mode.ENFORCE:
            # 204 tells the browser's EventSource not to come back (WHATWG HTML 9.2.3).
            return await respond_json(send, 204, None, who.cookies)
        await self._streams.serve(a_pass.key, a_pass.device, receive, send)

    def _claim(self, form: dict[str, str]) -> Claim:
        claim = self._seals.read_claim(form.get("token", ""))
        if claim is None:
            raise Problem("form", 403)
        return claim

    def _conflict(self, a_pass: Pass, answer: InUse, at: float) -> dict[str, object]:
        claim = Claim(a_pass.key, a_pass.device, answer.epoch, at)
        return {
            "holder": answer.holder.label,
            "since": answer.since,
            "token": self._seals.seal_claim(claim),
        }

    def _lease_cookie(self, answer: object) -> Headers:
        if not isinstance(answer, Granted):
            return []
        return [cookie(LEASE, str(answer.epoch), age=LEASE_AGE, secure=self._secure, script=True)]


def _seated(who: Identity) -> Pass | None:
    a_pass = who.a_pass
    return a_pass if a_pass is not None and a_pass.mode is not None else None


def _revoked(told: Told | None) -> bool:
    return told is not None and isinstance(told.answer, Revoked)


def _epoch(form: dict[str, str]) -> int | None:
    value = form.get("epoch", "")
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        return None
    return min(int(value), MAX_EPOCH)


def _times(now: float, expires: float) -> Headers:
    return [
        (b"date", _http_date(now)),
        (b"expires", _http_date(expires)),
    ]


def _http_date(at: float) -> bytes:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True).encode()
