"""Loads the demonstration paper and writes down what is in it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.access import Level
from broadsheet.demo import newsletters, readers, shelves
from broadsheet.newsroom.demo import loader
from broadsheet.newsroom.models import Article, Edition

SHOWN = ((Level.FREE, 1), (Level.REGISTERED, 1), (Level.SUBSCRIBERS, 2))
"""How many articles of each kind are told, for whoever wants to try the rule."""


class Command(BaseCommand):
    """`django-admin load_demo FILE`."""

    help = "Load the demonstration paper; write its addresses and readers to FILE as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Stories, then readers, then the facts."""
        loader.load(lambda text: self.stdout.write(f"      {text}"))
        facts = {"editions": _editions(), "articles": _articles(), "readers": readers.load()}
        shelves.load()
        newsletters.load()
        options["file"].write_text(json.dumps(facts))


def _editions() -> list[dict[str, str]]:
    editions = Edition.objects.live().order_by("path")
    return [{"code": edition.slug, "url": edition.get_url()} for edition in editions]


def _articles() -> list[dict[str, str]]:
    first = Edition.objects.live().order_by("path").first()
    assert first is not None  # the loader has just made it
    told = []
    for level, count in SHOWN:
        articles = Article.objects.live().descendant_of(first).filter(access=level.value)
        chosen = articles.order_by("pk")[:count]
        told += [{"url": article.get_url(), "access": level.value} for article in chosen]
    return told
