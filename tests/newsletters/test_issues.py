"""What stands in an issue, for whom, and when it goes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.access import Mode
from broadsheet.newsletters import clicks, composing, course, trials
from broadsheet.newsletters.contents import Contents, Face
from broadsheet.newsletters.joining import recipient_of
from broadsheet.newsletters.links import Mail, seal_mail
from broadsheet.newsletters.models import Click, Delivery, Issue, Newsletter
from broadsheet.newsletters.personal import Personal
from broadsheet.newsletters.pressing import Press
from broadsheet.newsroom.models import BreakingNews
from broadsheet.newsroom.models.slots import FrontSlot, Place
from broadsheet.shelf import keeping
from tests.newsletters.conftest import SignUp
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import plan, reader, subscribe
from tests.shelf.conftest import signed_in

pytestmark = pytest.mark.django_db
Kind = Newsletter.Kind


def words(issue: Issue, face: Face = Face()) -> str:  # noqa: B008 (it cannot be changed)
    """Everything of an issue that a face gets."""
    press = Press(issue)
    nobody = recipient_of(reader("nobody@example.com"))
    values = Personal(issue, press.contents, []).sample(nobody, timezone.now())
    pressed = press.pressed(face)
    nobody.reader.delete()  # type: ignore[union-attr]
    return pressed.page(values) + pressed.plain(values) + pressed.raw(values).decode()


# Made by itself


def test_an_issue_holds_what_was_published_since_the_last(
    newsroom: Newsroom, weekly: Newsletter
) -> None:
    newsroom.story("old", hours=24 * 8)
    newsroom.story("new")
    newsroom.story("a-draft", live=False)
    newsroom.story("opinion-piece", newsroom.opinion, hours=2)
    first = composing.make(weekly, timezone.now())
    assert first is not None
    shown = [str(b.value["story"] if b.block_type == "story" else b.value) for b in first.body]
    assert shown == ["New", "Opinion", "Opinion piece"]
    assert first.subject == "New"
    assert composing.make(weekly, timezone.now()) is None  # made once a day
    newsroom.story("newer", hours=0)
    later = composing.make(weekly, timezone.now() + timedelta(days=7))
    assert later is not None
    assert [block.value["story"].title for block in later.body] == ["Newer"]


def test_a_topic_s_and_an_author_s_list_hold_theirs(newsroom: Newsroom, weekly: Newsletter) -> None:
    china, mei = newsroom.topic("China"), newsroom.author("Mei Lin")
    newsroom.story("about-china", topics=[china])
    newsroom.story("by-mei", authors=[mei])
    Newsletter.objects.update(topic=china)
    weekly.refresh_from_db()
    made = composing.make(weekly, timezone.now())
    assert made is not None
    assert [block.value["story"].title for block in made.body] == ["About china"]
    made.delete()
    weekly.topic, weekly.author = None, mei
    made = composing.make(weekly, timezone.now())
    assert made is not None
    assert [block.value["story"].title for block in made.body] == ["By mei"]


def test_what_editors_put_on_top_of_the_front_page_leads(
    newsroom: Newsroom, weekly: Newsletter
) -> None:
    led = newsroom.story("led", hours=30)
    newsroom.story("newer")
    FrontSlot.objects.create(edition=newsroom.us, place=Place.LEAD, story=led)
    made = composing.make(weekly, timezone.now())
    assert made is not None
    assert made.subject == "Led"


def test_before_its_first_issue_a_list_shows_what_one_would_hold(
    newsroom: Newsroom, weekly: Newsletter
) -> None:
    assert "/sample/" not in Client().get(weekly.url).content.decode()
    assert Client().get(weekly.url + "sample/").status_code == 404  # nothing would stand in it
    newsroom.story("a-bridge-opens")
    assert f'{weekly.url}sample/"' in Client().get(weekly.url).content.decode()
    page = Client().get(weekly.url + "sample/").content.decode()
    assert "A bridge opens" in page
    assert "A sample" in page
    assert HIDDEN not in page
    assert not Issue.objects.exists()
    Newsletter.objects.update(kind=Kind.WRITTEN)
    assert Client().get(weekly.url + "sample/").status_code == 404


def test_breaking_news_is_told_once_and_at_once(
    newsroom: Newsroom, weekly: Newsletter, sign_up: SignUp
) -> None:
    sign_up(weekly)
    Newsletter.objects.update(kind=Kind.BREAKING, approved_first=False)
    now = timezone.now()
    over, on = now - timedelta(hours=1), now + timedelta(hours=1)
    story = newsroom.story("a-bridge-falls")
    BreakingNews.objects.create(edition=newsroom.us, line="Old news", until=over)
    BreakingNews.objects.create(edition=newsroom.us, line="A bridge falls", story=story, until=on)
    course.keep_time(now)
    course.keep_time(now)
    issue = Issue.objects.get()
    assert (issue.subject, issue.state) == ("A bridge falls", "sending")
    assert "/us/world/a-bridge-falls/" in words(issue)


def test_nothing_new_is_no_issue(weekly: Newsletter) -> None:
    assert composing.make(weekly, timezone.now()) is None


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-11-28 04:59", None),
        ("2026-11-28 05:00", "2026-11-28 07:00-05:00"),
        ("2026-11-28 08:59", "2026-11-28 07:00-05:00"),
        ("2026-11-28 09:00", None),
        ("2026-11-27 07:00", None),
    ],
)
def test_a_weekly_one_is_made_two_hours_before_it_goes(
    weekly: Newsletter, now: str, goes: str | None
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("America/New_York"))
    due = composing.due(weekly, moment)
    assert (due and due.isoformat(" ", "minutes")) == goes


@pytest.mark.parametrize(
    ("hour", "day", "at"),
    [
        pytest.param(2, "2026-03-08", "07:00", id="skipped in spring: the moment after"),
        pytest.param(7, "2026-03-08", "11:00", id="the same morning"),
        pytest.param(1, "2026-11-01", "05:00", id="twice in autumn: the first"),
        pytest.param(7, "2026-11-01", "12:00", id="the same morning in autumn"),
    ],
)
def test_a_daily_one_goes_once_on_the_day_the_clocks_change(
    weekly: Newsletter, hour: int, day: str, at: str
) -> None:
    weekly.kind, weekly.hour = Kind.DAILY, hour
    minutes = (
        datetime.fromisoformat(day + "T00:00+00:00") + timedelta(minutes=m)
        for m in range(0, 24 * 60, 20)
    )
    moments = {
        due.astimezone(UTC)
        for now in minutes
        if (due := composing.due(weekly, now)) and due.date().isoformat() == day
    }
    assert [moment.isoformat(" ", "minutes") for moment in moments] == [f"{day} {at}+00:00"]


def test_two_schedulers_make_and_begin_it_once(
    newsroom: Newsroom, weekly: Newsletter, sign_up: SignUp
) -> None:
    newsroom.story("a-bridge-opens")
    sign_up(weekly)
    Newsletter.objects.update(kind=Kind.DAILY, approved_first=False)
    zone = ZoneInfo("America/New_York")
    now = datetime.combine(timezone.now().astimezone(zone).date(), datetime.min.time(), zone)
    now = now.replace(hour=7, minute=1)
    newsroom.world.get_children().specific().get().__class__.objects.update(
        published_at=now - timedelta(hours=3)
    )
    course.keep_time(now)
    course.keep_time(now)
    assert Issue.objects.get().state == Issue.State.SENDING
    assert Delivery.objects.count() == 1


def test_what_an_editor_has_not_approved_does_not_go(
    newsroom: Newsroom, weekly: Newsletter, sign_up: SignUp
) -> None:
    newsroom.story("a-bridge-opens")
    sign_up(weekly)
    made = composing.make(weekly, timezone.now())
    assert made is not None
    course.keep_time(timezone.now() + timedelta(hours=1))
    assert not Delivery.objects.exists()


def test_readers_elsewhere_get_it_in_their_morning(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    home, west = sign_up(weekly, "a@example.com"), sign_up(weekly, "b@example.com")
    west.time_zone = "America/Los_Angeles"
    west.save()
    Newsletter.objects.update(in_their_morning=True)
    issue.refresh_from_db()
    issue.day = datetime(2030, 6, 1).date()  # noqa: DTZ001
    now = datetime(2030, 6, 1, 7, tzinfo=ZoneInfo("America/New_York"))
    course.begin(issue, now)
    assert Delivery.objects.get(recipient=home).due_at == now
    assert Delivery.objects.get(recipient=west).due_at == now + timedelta(hours=3)


# The rule of access


@pytest.mark.parametrize(
    ("access", "face", "whole"),
    [
        ("free", Face(), True),
        ("registered", Face(), False),
        ("registered", Face(account=True), True),
        ("subscribers", Face(account=True), False),
        pytest.param(
            "subscribers", Face(account=True, mode=Mode.ENFORCE), False, id="one seat, one device"
        ),
        pytest.param("subscribers", Face(account=True, mode=Mode.OFF), True, id="a plan without"),
        ("subscribers", Face(account=True, mode=Mode.MONITOR), True),
    ],
)
def test_a_mail_holds_what_its_reader_may_read_without_a_lease(
    newsroom: Newsroom, weekly: Newsletter, access: str, face: Face, whole: bool
) -> None:
    story = newsroom.story("a-story", access=access)
    block = {"story": story, "words": "", "whole": True}
    issue = Issue.objects.create(newsletter=weekly, subject="One", body=[("story", block)])
    said = words(issue, face)
    assert (HIDDEN in said) is whole
    assert "Open paragraph 0" in said


def test_a_story_that_was_taken_back_is_left_out(newsroom: Newsroom, weekly: Newsletter) -> None:
    story = newsroom.story("a-story")
    block = {"story": story, "words": "", "whole": False}
    issue = Issue.objects.create(newsletter=weekly, subject="One", body=[("story", block)])
    story.unpublish()
    assert "A story" not in words(Issue.objects.get(pk=issue.pk))


def test_the_page_of_an_issue_shows_what_everybody_may_read(
    newsroom: Newsroom, weekly: Newsletter, issue: Issue
) -> None:
    block = {"story": newsroom.story("closed"), "words": "", "whole": True}
    Issue.objects.filter(pk=issue.pk).update(began_at=timezone.now())
    issue.refresh_from_db()
    issue.body = [("story", block)]
    issue.save()
    page = Client().get(issue.url)
    assert page.status_code == 200
    assert "Open paragraph 0" in page.content.decode()
    assert HIDDEN not in page.content.decode()
    assert Client().get(weekly.url).status_code == 200


def test_an_issue_for_subscribers_has_a_page_for_them_alone(
    weekly: Newsletter, issue: Issue
) -> None:
    Newsletter.objects.update(for_subscribers=True)
    Issue.objects.update(began_at=timezone.now(), state="sent")
    ana, nora = reader("ana@example.com"), reader("nora@example.com")
    subscribe(ana, plan("basic", 1))
    for client in (Client(), signed_in(nora)):
        assert client.get(issue.url).status_code == 404
        assert issue.url not in client.get(weekly.url).content.decode()
    assert signed_in(ana).get(issue.url).status_code == 200
    assert issue.url in signed_in(ana).get(weekly.url).content.decode()


def test_an_issue_that_did_not_go_has_no_page(weekly: Newsletter, issue: Issue) -> None:
    assert Client().get(issue.url).status_code == 404


# One reader's own


def test_a_reader_is_greeted_and_told_of_what_they_follow(
    newsroom: Newsroom, weekly: Newsletter, issue: Issue
) -> None:
    ana = reader("ana@example.com", first_name="Ana <b>")
    china = newsroom.topic("China")
    keeping.follow(ana, china, timezone.now())
    newsroom.story("about-china", topics=[china])
    other = newsroom.story("something-else")
    press, now = Press(issue), timezone.now()
    personal = Personal(issue, press.contents, composing.others(issue, now))
    delivery = Delivery(issue=issue, recipient=recipient_of(ana), due_at=now)
    ((_, values),) = personal.values([delivery], now)
    page = press.pressed(Face()).page(values)
    assert "Good morning, Ana &lt;b&gt;." in page
    assert "About china" in page
    assert other.title not in page
    assert "About china" in press.pressed(Face()).plain(values)


def test_no_editor_s_text_can_ask_for_a_reader_s_own(
    newsroom: Newsroom, weekly: Newsletter
) -> None:
    issue = Issue.objects.create(newsletter=weekly, subject="%%token%% {{ places.token }}")
    assert "%%token%% {{ places.token }}" in words(issue)


def test_subjects_in_any_script_arrive(weekly: Newsletter) -> None:
    issue = Issue(newsletter=weekly, subject="Ünïcode 你好\nBcc: all@example.com", pk=1)
    issue.clean()
    said = words(issue)
    assert "\nBcc:" not in said
    assert "=?utf-8?" in said


def test_a_face_is_found_by_its_seat(weekly: Newsletter, issue: Issue) -> None:
    ana, nora = reader("ana@example.com"), reader("nora@example.com")
    subscribe(ana, plan("basic", 1))
    people = [recipient_of(ana), recipient_of(nora)]
    faces = Personal(issue, Contents(issue), []).faces(people, timezone.now())
    assert [faces[each.pk] for each in people] == [
        Face(account=True, mode=Mode.ENFORCE, measured=True),
        Face(account=True, measured=True),
    ]


# Two subjects, and clicks


def test_two_subjects_are_tried_by_lot_and_the_rest_waits(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    for number in range(60):
        sign_up(weekly, f"reader{number}@example.com")
    issue.other_subject, issue.tried_on, issue.tried_for = "Other", 50, 60
    issue.save()
    now = timezone.now()
    course.begin(issue, now)
    by_subject = {
        subject: list(Delivery.objects.filter(subject=subject).values_list("due_at", flat=True))
        for subject in (0, 1, None)
    }
    assert all(by_subject.values())  # sixty draws leave none empty but once in a million
    assert set(by_subject[0] + by_subject[1]) == {now}
    assert set(by_subject[None]) == {now + timedelta(hours=1)}


def test_the_subject_wins_by_which_more_readers_clicked(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    issue.other_subject = "Other"
    sent = [
        Delivery.objects.create(
            issue=issue,
            recipient=sign_up(weekly, f"r{n}@example.com"),
            due_at=timezone.now(),
            subject=n % 2,
            state=Delivery.State.SENT,
        )
        for n in range(6)
    ]
    assert trials.winner(issue) == 0
    for delivery, count in ((sent[0], 3), (sent[1], 1), (sent[3], 1)):
        for number in range(count):
            mail = Mail(delivery.recipient.key, weekly.pk, issue.pk)
            clicks.note(mail, delivery.recipient, f"https://paper.example/{number}/")
    assert trials.rate(issue, 0) == pytest.approx(1 / 3)
    assert trials.winner(issue) == 1


def follow(page: str, issue: Issue) -> Any:
    """Press the first counted link of a mail."""
    start = page.index("/newsletters/to/")
    return Client().get(page[start : page.index('"', start)].replace("&amp;", "&"))


def test_a_link_is_counted_once_and_leads_where_it_says(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    vera = sign_up(weekly)
    now = timezone.now()
    Delivery.objects.create(issue=issue, recipient=vera, due_at=now, subject=0)
    press = Press(issue)
    values = Personal(issue, press.contents, []).sample(vera, now)
    page = press.pressed(Face(measured=True)).page(values)
    for _ in range(2):
        answer = follow(page, issue)
        assert answer.status_code == 302
        assert answer["Location"].startswith("http://127.0.0.1:8000/us/world/")
        assert clicks.issue_in({clicks.COOKIE: answer.cookies[clicks.COOKIE].value}) == issue.pk
    click = Click.objects.get()
    assert click.mail not in (vera.key.hex, Delivery.objects.get().key.hex)
    vera.measured = False
    vera.save()
    Click.objects.all().delete()
    assert not follow(page, issue).cookies
    assert not Click.objects.exists()
    assert "/newsletters/to/" not in press.pressed(Face()).page(values)


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:1", ""])
def test_we_lead_nobody_to_an_address_that_did_not_stand_in_the_issue(
    weekly: Newsletter, issue: Issue, sign_up: SignUp, url: str
) -> None:
    token = seal_mail(Mail(sign_up(weekly).key, weekly.pk, issue.pk))
    for seal in ("", "x" * 22):
        answer = Client().get(f"/newsletters/to/{token}/", {"u": url, "s": seal})
        assert answer.status_code == 404
