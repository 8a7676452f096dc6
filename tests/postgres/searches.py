"""What readers look for, and what PostgreSQL finds: run by `tests.postgres.races`."""

from typing import Any

from django.test import RequestFactory
from django.utils import timezone
from modelsearch import index

from broadsheet.newsroom.finding import Question, marked, stories
from broadsheet.newsroom.models import Article, Edition, Section

US = "The visitors froze in front of the <b>château</b> at km/h 40."
ES = "Las canciones de la reunión se oyen en la plaza."
ASKED = {
    "us": ["visitor", "VISITING", "chateau", "km h", "the", "visitor moscow", "'; --", "& |"],
    "es": ["canción", "reuniones", "plaza", "visitor"],
}


def found(paper: Any, us_section: Any) -> dict[str, dict[str, list[str]]]:
    """By edition and question: the marked words of the stories that were found."""
    es = paper.add_child(instance=Edition(title="ES", slug="es", language="es-ES"))
    es_section = es.add_child(instance=Section(title="Mundo", slug="mundo"))
    _write(us_section, US)
    _write(es_section, ES)
    editions = {"us": us_section.get_parent().specific, "es": es}
    return {
        name: {typed: _marked(editions[name], typed) for typed in asked}
        for name, asked in ASKED.items()
    }


def _write(section: Any, text: str) -> None:
    body = [{"type": "paragraph", "value": f"<p>{text}</p>"}]
    story = Article(
        title="A story", slug="told", body=body, access="free", published_at=timezone.now()
    )
    section.add_child(instance=story)
    index.insert_or_update_object(Article.objects.get(pk=story.pk))


def _marked(edition: Edition, typed: str) -> list[str]:
    question = Question(edition, RequestFactory().get("/", {"q": typed}).GET)
    if not question.is_valid():
        return ["refused"]
    language = edition.locale.language_code
    told = marked(list(stories(question)[:10]), typed, language)
    return [piece.text for one in told for piece in one.extract if piece.hit]
