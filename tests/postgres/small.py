"""A small paper in a file of SQLite's, for tests that move it or back it up."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from django.db import connection
from django.utils import timezone
from wagtail.models import Page, Site

from broadsheet.newsroom.models import Article, Author, Edition, Paper, Section, Topic
from broadsheet.subscriptions.models import DailyTotal
from tests import people

ODD = "Él dijo: “sí”\t\\N \\ 'ñandú' 哈尔滨\n😀"
"""Letters that ways of writing a row down trip over."""


def fill() -> None:
    """Readers with seats, two stories, and values of every kind, in the present database."""
    people.assemble()
    paper = Page.get_first_root_node().add_child(instance=Paper(title="The Small Sheet"))
    Site.objects.update(root_page=paper)
    us = paper.add_child(instance=Edition(title="US", slug="us", language="en-US"))
    world = us.add_child(instance=Section(title="World", slug="world"))
    ann = Author.objects.create(name="Ann Poe", slug="ann-poe", biography=ODD)
    for number in range(2):
        story = Article(
            title=f"A visit to Harbin {number}",
            slug=f"harbin-{number}",
            standfirst=ODD.replace("\n", " ").replace("\t", " "),
            body=[{"type": "paragraph", "value": "<p>The visitors were cold.</p>"}],
            access="free",
            published_at=timezone.now(),
        )
        world.add_child(instance=story)
        story.byline.create(author=ann)
        story.topics.add(Topic.objects.get_or_create(name="China", slug="china", edition=us)[0])
        story.save_revision().publish()
    DailyTotal.objects.create(day=date(2026, 2, 28), kind="overlap", count=7)
    Author.objects.create(name="Gone", slug="gone").delete()  # its number is never given again


def folder(at: Path) -> Path:
    """A paper's folder with the present database in it, settings and a picture."""
    data = at / "data"
    (data / "media" / "images").mkdir(parents=True)
    (data / "media" / "images" / "señor.png").write_bytes(b"\x89PNG" + bytes(range(256)) * 1000)
    with closing(sqlite3.connect(data / "meters.sqlite3")) as meters:
        meters.execute("CREATE TABLE reading (reader INTEGER, article INTEGER, at REAL)")
        meters.execute("INSERT INTO reading VALUES (1, 2, 3.5)")
        meters.commit()
    connection.ensure_connection()
    # Also what this test has not committed, and never will.
    (data / "paper.sqlite3").write_bytes(connection.connection.serialize())
    with closing(sqlite3.connect(data / "paper.sqlite3")) as file:
        file.execute("PRAGMA journal_mode=WAL")
    keys = '["a-key-for-tests-a-key-for-tests-a-key"]'
    config = (
        f'data_dir = "{data}"\nsecret_keys = {keys}\nsmtp_url = "smtp://a:secret-word@mail.test"\n'
    )
    (at / "broadsheet.toml").write_text(config)
    return at
