"""What the paper signs and later takes back: passes, claims, visitors' meters, gifts opened.

Signed with itsdangerous (HMAC-SHA256). Keys rotate: the first key signs, every key is accepted.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from broadsheet.access import Claim, Device, Mode, in_window
from broadsheet.gate.pages import Note, Standing

MAX_SEALED = 4_096
"""Characters of the longest sealed value read."""
METER_CEILING = 100
"""Articles a visitor's meter remembers at most, so that its cookie stays small."""
GIFTS_CEILING = 30
"""Gift links a browser remembers to have opened, for the same reason; the last ones stay."""


@dataclass(frozen=True)
class Pass:
    """Who reads, on what, by which right; good until `expires` if no number has moved on."""

    reader: int
    device: str
    label: str
    key: str
    """What the store knows the right by: `seat:<id>`, or `reader:<id>` without a seat."""
    mode: Mode | None
    """The seat's plan's mode; None: there is no seat."""
    number: int
    """The revocation number at issue."""
    expires: float
    message: str = ""
    """Label of the other device while a sharing case shows its message; else empty."""
    payment_due: bool = False
    """The subscription's last payment failed; reading goes on for a while."""

    @cached_property
    def holder(self) -> Device:
        """The device as the seat store wants it."""
        return Device(self.device, self.label)

    @cached_property
    def standing(self) -> Standing:
        """What pages show of the reader."""
        seated = self.mode is not None
        note = Note.PAYMENT_DUE if self.payment_due else Note.NONE
        return Standing(True, seated and bool(self.message), seated, note)


PASS_FIELDS = fields(Pass)


@lru_cache(maxsize=8192)
def device_key(secret: str) -> str:
    """A device's public id, from the secret in its cookie."""
    return hashlib.sha256(f"device:{secret}".encode()).hexdigest()[:32]


class Seals:
    """Signs and checks. Reading never raises: what is not ours, or not whole, is None."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: the first signs, all are accepted."""
        newest_last = list(reversed(keys))
        self._pass = _serializer(newest_last, "pass")
        self._claim = _serializer(newest_last, "claim")
        self._meter = _serializer(newest_last, "meter")
        self._gifts = _serializer(newest_last, "gifts")
        self._read_pass = lru_cache(maxsize=8192)(self._unseal_pass)

    def seal_pass(self, a_pass: Pass) -> str:
        """The pass as a cookie's value."""
        return _text(self._pass.dumps(list(asdict(a_pass).values())))

    def read_pass(self, sealed: str, secret: str, now: float) -> Pass | None:
        """The pass, if it is good at `now` and on the device whose cookie is `secret`."""
        if not sealed or len(sealed) > MAX_SEALED:
            return None
        a_pass = self._read_pass(sealed)
        if a_pass is None or now >= a_pass.expires:
            return None
        return a_pass if hmac.compare_digest(a_pass.device, device_key(secret)) else None

    def seal_claim(self, claim: Claim) -> str:
        """A takeover claim as a form's token."""
        return _text(self._claim.dumps(list(asdict(claim).values())))

    def read_claim(self, sealed: str) -> Claim | None:
        """The claim, if it is ours; whether it is still good is the rule's to say."""
        values = _load(self._claim, sealed)
        try:
            return Claim(*values)
        except TypeError:
            return None

    def seal_meter(self, counted: Mapping[int, float]) -> str:
        """A visitor's meter as a cookie's value."""
        latest = sorted(counted.items(), key=lambda entry: entry[1])[-METER_CEILING:]
        return _text(self._meter.dumps([[article, int(at)] for article, at in latest]))

    def read_meter(self, sealed: str, now: float) -> dict[int, float] | None:
        """A visitor's counted articles; None when the browser brought no meter of ours."""
        values = _load(self._meter, sealed)
        if values is None:
            return None
        return in_window({int(article): float(at) for article, at in values}, now)

    def seal_gifts(self, opened: Mapping[int, float]) -> str:
        """The gift links a browser has opened (id to its end, in order) as a cookie's value."""
        latest = list(opened.items())[-GIFTS_CEILING:]
        return _text(self._gifts.dumps([[gift, int(ends)] for gift, ends in latest]))

    def read_gifts(self, sealed: str, now: float) -> dict[int, float] | None:
        """The gift links this browser has opened; None when it brought no cookie of ours."""
        values = _load(self._gifts, sealed)
        if values is None:
            return None
        return {int(gift): float(ends) for gift, ends in values if now < ends}

    def _unseal_pass(self, sealed: str) -> Pass | None:
        values = _load(self._pass, sealed)
        try:
            if len(values) != len(PASS_FIELDS):
                return None  # of a version whose passes say less, or more: it is renewed
            a_pass = Pass(*values)
            return a_pass if a_pass.mode is None else replace(a_pass, mode=Mode(a_pass.mode))
        except (TypeError, ValueError):  # of a version of the paper that seals otherwise
            return None


def _serializer(keys: list[str], use: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        keys, salt=f"broadsheet.{use}", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _load(serializer: URLSafeSerializer, sealed: str) -> Any:
    if not sealed or len(sealed) > MAX_SEALED:
        return None
    try:
        return serializer.loads(sealed)
    except (BadData, ValueError):
        return None


def _text(sealed: str | bytes) -> str:
    return sealed if isinstance(sealed, str) else sealed.decode()
