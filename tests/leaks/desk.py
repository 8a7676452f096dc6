"""The editors' and the office's side of a paper that is being served, as a process of its own.

It works on the same data folder as the server, so what it does reaches readers as everything
does that another process of the host has done. One JSON list a line comes in, its name first;
one JSON value a line goes out.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

MARK = "Nine grey herons crossed the tin roof of the ferry office"
"""The first words behind the wall of every story written here."""


class Desk:
    """Tells the other process what to do, and waits until it is done."""

    def __init__(self, config: str, url: str, settings: dict[str, str]) -> None:
        inherited = {n: v for n, v in os.environ.items() if not n.startswith("BROADSHEET_")}
        environment = {
            **inherited,
            **settings,
            "BROADSHEET_CONFIG": config,
            "BROADSHEET_SITE_URL": url,
            "BROADSHEET_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.leaks.desk"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __call__(self, what: str, *words: Any) -> Any:
        """Do it; what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([what, *words]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, f"the desk could not do {what}"
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


def main() -> None:
    import django

    django.setup()
    verbs = _verbs()
    for line in sys.stdin:
        what, *words = json.loads(line)
        print(json.dumps(verbs[what](*words)), flush=True)


def _verbs() -> dict[str, Callable[..., Any]]:
    # Django must be set up before its models can be imported.
    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from broadsheet.newsroom.models import Article, Section
    from broadsheet.readers.models import Reader
    from broadsheet.subscriptions import seating
    from broadsheet.subscriptions.models import DailyTotal, Plan, Seat, SharingCase, Subscription

    def reader(email: str, password_of: str, plan: str = "", owner: str = "") -> int:
        """Somebody with the password of somebody else, on a plan of their own or on an owner's."""
        known = Reader.objects.get(email=password_of)
        someone = Reader(email=email, password=known.password, is_staff=plan == "staff")
        someone.is_superuser = someone.is_staff
        someone.save()
        EmailAddress.objects.create(user=someone, email=email, verified=True, primary=True)
        if plan and not someone.is_staff:
            paying = Reader.objects.get(email=owner or email)
            under, _ = Subscription.objects.get_or_create(
                owner=paying, plan=Plan.objects.get(code=plan)
            )
            seating.seat(someone, under)
        return someone.pk

    def story(slug: str, section: str, access: str) -> str:
        """A story with three open paragraphs and MARK behind them; its address."""
        edition, _, name = section.partition("/")
        home = [one for one in Section.objects.filter(slug=name) if one.edition.slug == edition][0]
        texts = [f"<p>Open paragraph number {n}.</p>" for n in range(3)]
        texts += [f"<p>{MARK} {n}.</p>" for n in range(3)]
        article = Article(
            title=slug.replace("-", " ").capitalize(),
            slug=slug,
            live=False,
            access=access,
            standfirst="What everybody may know of it.",
            body=[{"type": "paragraph", "value": text} for text in texts],
        )
        home.add_child(instance=article)
        article.save_revision().publish()
        return str(article.get_url())

    def at(slug: str) -> Any:
        return Article.objects.get(slug=slug)

    def level(slug: str, access: str) -> None:
        article = at(slug)
        article.access = access
        article.save_revision().publish()

    def unpublish(slug: str) -> None:
        at(slug).unpublish()

    def publish(slug: str) -> None:
        at(slug).save_revision().publish()

    def move(slug: str, section: str) -> str:
        edition, _, name = section.partition("/")
        home = [one for one in Section.objects.filter(slug=name) if one.edition.slug == edition][0]
        at(slug).move(home, pos="last-child")
        return str(at(slug).get_url())

    def delete(slug: str) -> None:
        for article in Article.objects.filter(slug=slug):
            article.delete()

    def number(slug: str) -> int:
        return int(at(slug).pk)

    def take_seat(email: str) -> None:
        for seat in Seat.objects.filter(reader__email=email):
            seat.reader = None
            seat.save()

    def give_seat(email: str, owner: str) -> None:
        seating.seat(
            Reader.objects.get(email=email), Subscription.objects.get(owner__email=owner)
        )

    def end_subscription(email: str) -> None:
        for one in Subscription.objects.filter(owner__email=email):
            one.ends_at = timezone.now()
            one.save()

    def password(email: str, new: str) -> None:
        someone = Reader.objects.get(email=email)
        someone.set_password(new)
        someone.save()

    def close_account(email: str) -> None:
        someone = Reader.objects.get(email=email)
        someone.is_active = False
        someone.save()

    def remove(email: str) -> None:
        for someone in Reader.objects.filter(email=email):
            someone.delete()

    def open_case(email: str) -> None:
        seat = Seat.objects.get(reader__email=email)
        devices = list(seat.reader.devices.values_list("key", flat=True))
        SharingCase.objects.create(seat=seat, opened_at=timezone.now(), devices=devices)
        from broadsheet.subscriptions.revocation import revoke

        revoke([seat.key])

    def total(kind: str) -> int:
        return sum(DailyTotal.objects.filter(kind=kind).values_list("count", flat=True))

    def seat_key(email: str) -> str:
        return str(Seat.objects.get(reader__email=email).key)

    return {name: verb for name, verb in locals().items() if callable(verb)}


if __name__ == "__main__":
    main()
