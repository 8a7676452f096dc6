"""An import is repeated, broken off and gone on with, and nothing is there twice."""

from collections.abc import Callable

import pytest
from wagtail.contrib.redirects.models import Redirect

from broadsheet.importing import runs
from broadsheet.importing.desk import Desk
from broadsheet.importing.models import ImportRun
from broadsheet.newsroom.models import Article, Author, Topic
from tests.importing.conftest import Operator, report, text_of
from tests.importing.files import item, wxr

type Story = Callable[..., Article]


def test_the_same_file_again_changes_nothing(operator: Operator, story: Story) -> None:
    file = wxr(item(1, "One"), item(2, "Two"))
    operator.imports(file)
    before = {one.pk: one.latest_revision_id for one in Article.objects.all()}
    again = operator.imports(file)
    assert (again.made, again.changed, again.same) == (0, 0, 2)
    assert {one.pk: one.latest_revision_id for one in Article.objects.all()} == before
    assert (Author.objects.count(), Topic.objects.count(), Redirect.objects.count()) == (1, 0, 2)


def test_what_changed_there_is_brought_up_to_date_here(operator: Operator, story: Story) -> None:
    operator.imports(wxr(item(1, "One"), item(2, "Two")))
    run = operator.imports(wxr(item(1, "One", "Written anew."), item(2, "Two")))
    assert (run.changed, run.same) == (1, 1)
    assert text_of(story("one")) == [("paragraph", "<p>Written anew.</p>")]


def test_what_editors_changed_here_stays_and_is_listed(operator: Operator, story: Story) -> None:
    operator.imports(wxr(item(1, "One")))
    edited = story("one")
    edited.title = "The editors' own"
    edited.save_revision().publish()
    run = operator.imports(wxr(item(1, "One", "Written anew.")))
    assert (run.kept, run.changed) == (1, 0)
    assert story("one").title == "The editors' own"
    assert "Editors have changed it here" in report(run)


def test_what_was_taken_back_or_deleted_here_does_not_return(
    operator: Operator, story: Story
) -> None:
    operator.imports(wxr(item(1, "One"), item(2, "Two")))
    story("one").unpublish()
    story("two").delete()
    run = operator.imports(wxr(item(1, "One", "Anew."), item(2, "Two", "Anew.")))
    assert run.kept == 2
    assert not story().live


def test_a_run_that_was_broken_off_goes_on(
    operator: Operator, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = operator.file(wxr(*(item(n, f"Story {n}") for n in range(1, 6))))
    make, made = Desk.make, []

    def until_the_third(self: Desk, copy: object) -> Article:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(copy)
        return make(self, copy)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "make", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        operator.imports(file)
    assert ImportRun.objects.get().state == "stopped"
    assert Article.objects.count() == 2
    monkeypatch.undo()
    run = operator.imports(file)
    assert ImportRun.objects.get() == run
    assert (run.state, run.made, run.same) == ("done", 5, 2)
    assert sorted(Article.objects.values_list("title", flat=True)) == [
        f"Story {n}" for n in range(1, 6)
    ]


def test_a_story_that_cannot_be_one_is_listed_and_the_others_are_there(
    operator: Operator, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Desk.make

    def not_the_second(self: Desk, copy: object) -> Article:
        article = make(self, copy)  # type: ignore[arg-type]
        if article.title == "Two":
            raise ValueError("this one breaks after it was made")
        return article

    monkeypatch.setattr(Desk, "make", not_the_second)
    file = operator.file(wxr(item(1, "One"), item(2, "Two"), item(3, "Three")))
    run = operator.imports(file)
    assert (run.made, run.failed) == (2, 1)
    assert "this one breaks" in report(run)
    assert not Article.objects.filter(title="Two").exists()
    monkeypatch.undo()
    assert operator.imports(file).made == 1


def test_the_same_file_into_another_edition_is_another_import(
    operator: Operator, newsroom: object, story: Story
) -> None:
    newsroom.section("mundo", newsroom.edition("es"))  # type: ignore[attr-defined]
    file = operator.file(wxr(item(1)))
    operator.imports(file)
    operator.imports(file, edition="es", section="mundo")
    assert Article.objects.count() == 2


def test_a_run_needs_to_know_where_to(operator: Operator) -> None:
    file = operator.file(wxr(item(1)))
    for wrong in ({"edition": "fr"}, {"section": "none"}, {"categories": {"a": "none"}}):
        with pytest.raises(runs.FileRefused):
            operator.imports(file, **wrong)
    assert not Article.objects.exists()
