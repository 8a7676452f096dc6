"""Who is asking: the pass in their cookie, or a new one for their sign-in."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from broadsheet.gate.request import DEVICE, PASS, SESSION, Request
from broadsheet.gate.response import cookie
from broadsheet.gate.seals import Pass, Seals
from broadsheet.stores import DatabaseAway

logger = logging.getLogger(__name__)

DEVICE_AGE = 2 * 365 * 86400
"""Seconds a device keeps its id: as long as people keep browsers."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A new pass, and the secret of the device it is for."""

    a_pass: Pass
    secret: str


class OfficeAway(Exception):
    """Nobody can be asked who is signed in."""


class PassOffice(Protocol):
    """Issues passes to those who are signed in."""

    async def admit(self, session: str, secret: str) -> Admission | None:
        """A pass for a sign-in's session on a device; None: nobody is signed in there."""


@dataclass(slots=True)
class Identity:
    """Who is asking, and the cookies that the answer must carry for them."""

    a_pass: Pass | None
    cookies: Sequence[tuple[bytes, bytes]] = ()
    renewed: bool = False


class Identifier:
    """Reads passes, and renews them through the office."""

    def __init__(
        self, seals: Seals, office: PassOffice, clock: Callable[[], float], secure: bool
    ) -> None:
        self._seals = seals
        self._office = office
        self._clock = clock
        self._secure = secure

    async def identify(self, request: Request, now: float) -> Identity:
        """Who is asking: by their pass, else by their sign-in."""
        return self.by_pass(request, now) or await self.renew(request)

    def by_pass(self, request: Request, now: float) -> Identity | None:
        """Who is asking, by a good pass alone."""
        cookies = request.cookies
        a_pass = self._seals.read_pass(cookies.get(PASS, ""), cookies.get(DEVICE, ""), now)
        return None if a_pass is None else Identity(a_pass)

    async def renew(self, request: Request, trusted: Pass | None = None) -> Identity:
        """Settle anew who is asking, by their sign-in; an old pass is taken away.

        A `trusted` pass (nothing says that it is old) is good while the database is away too.
        """
        session = request.cookies.get(SESSION, "")
        try:
            admission = await self._ask_office(session, request) if session else None
        except OfficeAway:
            return Identity(trusted, renewed=True)
        if admission is None:
            if PASS not in request.cookies:
                return Identity(None, renewed=True)
            return Identity(None, [cookie(PASS, "", age=0, secure=self._secure)], renewed=True)
        cookies = [self.pass_cookie(admission.a_pass)]
        if admission.secret != request.cookies.get(DEVICE):
            cookies.append(cookie(DEVICE, admission.secret, age=DEVICE_AGE, secure=self._secure))
        return Identity(admission.a_pass, cookies, renewed=True)

    def pass_cookie(self, a_pass: Pass) -> tuple[bytes, bytes]:
        """The cookie that carries a pass for as long as it is good."""
        age = max(1, int(a_pass.expires - self._clock()))
        return cookie(PASS, self._seals.seal_pass(a_pass), age=age, secure=self._secure)

    async def _ask_office(self, session: str, request: Request) -> Admission | None:
        try:
            return await self._office.admit(session, request.cookies.get(DEVICE, ""))
        except DatabaseAway as error:
            raise OfficeAway from error
        except Exception as error:  # whatever else goes wrong in the office
            logger.exception("no pass could be issued")
            raise OfficeAway from error
