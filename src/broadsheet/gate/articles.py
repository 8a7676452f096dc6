"""An article is asked for: who is asking, what is known, one decision, ready bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from broadsheet.access import (
    Answer,
    Claim,
    Decision,
    Facts,
    Granted,
    Hold,
    InUse,
    Level,
    Meter,
    Outcome,
    Reason,
    Revoked,
    decide,
    decide_by_seat,
    lease_wanted,
    read_meter,
)
from broadsheet.gate import language
from broadsheet.gate.answers import Answer as Outgoing
from broadsheet.gate.counts import Counts, Kind
from broadsheet.gate.gifts import GiftDesk, Presented, Verdict, Visit
from broadsheet.gate.identity import Identifier, Identity
from broadsheet.gate.lessor import Lessor, hold_of
from broadsheet.gate.networks import Networks
from broadsheet.gate.openings import Openings
from broadsheet.gate.pages import VISITOR, Face, Note, Page, PageCache, Story, face_for, fill
from broadsheet.gate.ready import access_header, coding, common, gifted
from broadsheet.gate.request import LANGUAGE, LEASE, METER, Request, Send
from broadsheet.gate.response import (
    NO_STORE,
    PRIVATE,
    Headers,
    cookie,
    for_visitors,
    redirect,
    respond,
)
from broadsheet.gate.seals import METER_CEILING, Pass, Seals
from broadsheet.meters import MeterStore
from broadsheet.seats import Told
from broadsheet.stores import StoreAway

METERED = b"metered"
"""The query that says: this visitor has just been given a meter to bring back."""
METER_AGE = 60 * 86400
LEASE_AGE = 86400


@dataclass(slots=True)
class Reading:
    """One request for one article, as it becomes known."""

    request: Request
    story: Story
    now: float
    who: Identity
    gift: Presented | None = None
    network: bool = False
    """It comes from the network of an institution that subscribes."""
    told: Told | None = None
    """What the seat store answered, if it was asked."""
    revoked: bool = False
    """The pass is old."""
    unvouched: bool = False
    """The store was asked about the pass, and did not answer for it."""
    cookies: Sequence[tuple[bytes, bytes]] = ()

    @property
    def answer(self) -> Answer | None:
        """What became of the seat; None: the store was not asked, or is away."""
        return self.told.answer if self.told is not None else None

    @property
    def given(self) -> bool:
        """Whether a gift link opens the story."""
        return self.gift is not None and self.gift.verdict is Verdict.OPENS

    @property
    def known(self) -> Facts:
        """What is known before a seat or a meter is asked."""
        account = self.who.a_pass is not None
        return Facts(self.story.level, account, network=self.network, gift=self.given)


class ArticleDoor:
    """Decides about articles and sends them."""

    def __init__(
        self,
        *,
        pages: PageCache,
        seals: Seals,
        identifier: Identifier,
        lessor: Lessor,
        openings: Openings,
        meters: MeterStore,
        gifts: GiftDesk,
        networks: Networks,
        counts: Counts,
        secure: bool,
        cdn_seconds: int = 0,
        pictures: str = "",
    ) -> None:
        self._pages = pages
        self._seals = seals
        self._identifier = identifier
        self._lessor = lessor
        self._openings = openings
        self._meters = meters
        self._gifts = gifts
        self._networks = networks
        self._counts = counts
        self._secure = secure
        self._cdn_seconds = cdn_seconds
        self._common, self._gifted = common(pictures), gifted(pictures)

    async def serve(
        self, request: Request, story: Story, now: float, send: Send, gift: Presented | None = None
    ) -> bool:
        """Answer with the article as this reader may see it; False: look again, with the same
        `gift`, which remembers whether its opening is counted.

        Between the decision and the bytes nothing is awaited: a page that is not printed yet
        is printed (or shown as it was, if it is the same story's), and then it is decided anew.
        """
        identifier = self._identifier
        who = identifier.by_pass(request, now) or await identifier.renew(request)
        if self._networks.stale(now):
            await self._networks.refresh(now)
        reading = Reading(request, story, now, who, gift, self._networks.include(request))
        if gift is not None and await self._gift_answers(reading, gift, send):
            return True
        if self._needs_meter(reading):
            await self._hand_out_meter(request, send)
            return True
        decision = await self._decide(reading)
        if reading.unvouched or reading.revoked:
            decision = await self._decide_anew(reading, decision)
        face = self._face(reading, decision)
        page = self._pages.shown(story, face)
        if page is None:
            if self._pages.current(story):
                await self._pages.page(story, face)
            return False
        a_pass = reading.who.a_pass
        told = reading.told
        if told and isinstance(told.answer, InUse) and a_pass and request.by_a_person:
            self._lessor.met(a_pass, told.answer, told.at)
        if decision.full:
            self._openings.note(request, story.id, a_pass.reader if a_pass else None, now)
        status, headers, body = self._answer(reading, decision, face, page)
        await respond(send, status, headers, b"" if request.method == "HEAD" else body)
        return True

    async def _decide(self, reading: Reading) -> Decision:
        story, a_pass = reading.story, reading.who.a_pass
        level = story.level
        if level is Level.FREE or reading.network or reading.given:
            return decide(reading.known)
        if a_pass is None:
            return decide(Facts(level, meter=self._visitors_meter(reading)))
        mode = a_pass.mode
        if mode is not None and lease_wanted(level, mode):
            reading.told = told = await self._lessor.open(a_pass)
            if told is None:
                reading.unvouched = True
                return decide_by_seat(mode, Hold.STORE_AWAY)
            reading.revoked = isinstance(told.answer, Revoked)
            return decide_by_seat(mode, hold_of(told.answer))
        if not reading.who.renewed:
            in_force = await self._lessor.vouches(a_pass)
            reading.unvouched = in_force is None
            reading.revoked = in_force is False
            if reading.revoked:
                return decide(Facts(level))
        if level is Level.SUBSCRIBERS and mode is None:
            meter = await self._readers_meter(reading, a_pass)
            return decide(Facts(level, account=True, meter=meter))
        return decide(Facts(level, account=True, mode=mode))

    async def _decide_anew(self, reading: Reading, decision: Decision) -> Decision:
        if reading.unvouched and not reading.who.renewed:
            # The store cannot say whether the pass is old: the sign-in behind it can.
            decision = await self._renew(reading, reading.who.a_pass)
        if reading.revoked:  # perhaps by a store that has just come back
            decision = await self._renew(reading)
        return decision

    async def _renew(self, reading: Reading, trusted: Pass | None = None) -> Decision:
        reading.who = await self._identifier.renew(reading.request, trusted)
        reading.told, reading.unvouched, reading.revoked = None, False, False
        return await self._decide(reading)

    async def _gift_answers(self, reading: Reading, gift: Presented, send: Send) -> bool:
        gift.verdict = Verdict.IGNORED
        if not reading.known.gift_wanted:
            return False  # it is open without: no opening is spent
        a_pass = reading.who.a_pass
        reader = a_pass.reader if a_pass else None
        visit = Visit(reading.request, reading.story, reader, reading.now)
        outgoing = Outgoing(send)
        if not await self._gifts.answers(gift, visit, outgoing.send):
            return False
        self._counts.requests[Kind.ARTICLE, outgoing.status // 100] += 1
        return True

    async def _readers_meter(self, reading: Reading, a_pass: Pass) -> Meter:
        allowance = reading.story.meter_readers
        if not allowance:
            return Meter()
        try:
            return await self._meters.spend(a_pass.reader, reading.story.id, allowance, reading.now)
        except StoreAway:
            self._counts.away["meters"] += 1
            return Meter()

    def _visitors_meter(self, reading: Reading) -> Meter:
        story, request = reading.story, reading.request
        if story.level is not Level.SUBSCRIBERS or not story.meter_visitors:
            return Meter()
        counted = self._seals.read_meter(request.cookies.get(METER, ""), reading.now)
        if counted is None:
            return Meter()
        allowance = min(story.meter_visitors, METER_CEILING)
        meter = read_meter(counted, story.id, allowance, reading.now)
        if meter.opens and not meter.counted:
            counted[story.id] = reading.now
            reading.cookies = [self._meter_cookie(counted)]
        return meter

    def _needs_meter(self, reading: Reading) -> bool:
        # A visitor's meter is kept by their browser, so it counts only once it has come back:
        # else whoever drops cookies would read everything.
        story, request = reading.story, reading.request
        return (
            reading.who.a_pass is None
            and story.level is Level.SUBSCRIBERS
            and story.meter_visitors > 0
            and not (reading.network or reading.given)
            and METERED not in request.query.split(b"&")
            and self._seals.read_meter(request.cookies.get(METER, ""), reading.now) is None
        )

    async def _hand_out_meter(self, request: Request, send: Send) -> None:
        query = (request.query + b"&" if request.query else b"") + METERED
        to = f"{request.path}?{query.decode('latin-1')}"
        self._counts.requests[Kind.ARTICLE, 3] += 1
        await redirect(send, to, [self._meter_cookie({})])

    def _meter_cookie(self, counted: Mapping[int, float]) -> tuple[bytes, bytes]:
        value = self._seals.seal_meter(counted)
        return cookie(METER, value, age=METER_AGE, secure=self._secure)

    def _face(self, reading: Reading, decision: Decision) -> Face:
        request, story = reading.request, reading.story
        a_pass, gift = reading.who.a_pass, reading.gift
        standing = VISITOR if a_pass is None else a_pass.standing
        if gift is not None and gift.verdict is Verdict.REFUSED and not decision.full:
            standing = standing._replace(note=Note.GIFT_OVER)
        wanted = request.cookies.get(LANGUAGE, "")
        spoken = language.choose(wanted, request.languages, story.language, story.languages)
        return face_for(decision, standing, spoken)

    def _answer(
        self, reading: Reading, decision: Decision, face: Face, page: Page
    ) -> tuple[int, Headers, bytes]:
        """Status, headers and body."""
        request, gift = reading.request, reading.gift
        access = access_header(decision)
        self._counts.articles[access[1]] += 1
        headers: Headers = [
            *(self._common if gift is None else self._gifted),
            access,
            *reading.who.cookies,
            *reading.cookies,
            *(gift.cookies if gift is not None else ()),
            *self._lease_cookie(reading),
        ]
        if face.personal:
            body = fill(page.plain, self._personal(reading))
            headers += [NO_STORE] if gift is None else []
            headers.append((b"content-length", str(len(body)).encode()))
            return 200, headers, body
        if gift is None:
            headers += (*self._caching(reading, decision), page.etag)
            if page.digest in request.if_none_match:
                self._counts.unchanged += 1
                return 304, headers, b""
        coded = page.coded[coding(request.encodings)]
        headers += coded.headers
        return 200, headers, coded.body

    def _caching(self, reading: Reading, decision: Decision) -> Headers:
        shared = (
            (decision.outcome is Outcome.PREVIEW or decision.reason is Reason.FREE)
            and not reading.cookies
            and not reading.who.cookies
            and reading.request.anonymous
        )
        if not shared:
            return [PRIVATE]
        story = reading.story
        return for_visitors(self._cdn_seconds, f"edition-{story.edition}", f"story-{story.id}")

    def _lease_cookie(self, reading: Reading) -> Sequence[tuple[bytes, bytes]]:
        # The page's script needs the epoch for its beats; most pages renew and need no cookie.
        told = reading.told
        if told is None or not isinstance(told.answer, Granted):
            return ()
        epoch = str(told.answer.epoch)
        if reading.request.cookies.get(LEASE) == epoch:
            return ()
        return (cookie(LEASE, epoch, age=LEASE_AGE, secure=self._secure, script=True),)

    def _personal(self, reading: Reading) -> dict[str, str]:
        a_pass, answer = reading.who.a_pass, reading.answer
        assert a_pass is not None  # only a pass has a seat to be in use, or a message
        in_use = isinstance(answer, InUse)
        holder = answer.holder.label if isinstance(answer, InUse) else a_pass.message
        at = reading.told.at if reading.told is not None else reading.now
        since = answer.since if isinstance(answer, InUse) else at
        epoch = answer.epoch if isinstance(answer, InUse | Granted) else 0
        claim = Claim(a_pass.key, a_pass.device, epoch, at)
        moment = datetime.fromtimestamp(since, UTC)
        local = moment.astimezone(ZoneInfo(reading.story.time_zone))
        return {
            "holder": holder if in_use else a_pass.message,
            "since": moment.isoformat(timespec="seconds"),
            "since_text": f"{local:%H:%M}",
            "token": self._seals.seal_claim(claim),
        }
