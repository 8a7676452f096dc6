"""An issue's desk: how it looks, who approves it, how far it is, what became of it."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.mail import mailers
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST

from broadsheet.access import Mode
from broadsheet.newsletters import course, growth
from broadsheet.newsletters.contents import Face
from broadsheet.newsletters.models import Delivery, Issue, Newsletter, Recipient
from broadsheet.newsletters.personal import Personal
from broadsheet.newsletters.pressing import Press, TooLong
from broadsheet.newsletters.sending import NOT_GONE, send_again
from broadsheet.newsletters.tally import tally
from broadsheet.newsroom import charts
from broadsheet.readers.models import Reader

FACES = {
    "visitor": Face(),
    "account": Face(account=True),
    "subscriber": Face(account=True, mode=Mode.ENFORCE),
}
EVERY_FACE = (
    Face(measured=True),
    *(Face(account=True, mode=mode, measured=True) for mode in (None, *Mode)),
)
"""With counted links, which are longer."""
LOOK: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "https:"],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups"],
}
"""A mail that is looked at runs nothing and leads nowhere."""
ENDED = {
    "delivered": gettext_lazy("Delivered"),
    "bounced": gettext_lazy("Did not arrive"),
    "complained": gettext_lazy("Reported as unwanted"),
    "left": gettext_lazy("Left by its link"),
}
MOST = 20
"""Lines of a table."""

State = Issue.State


@never_cache
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one issue."""
    issue = _issue(request, pk, "view")
    counted = tally(issue)
    context = {
        "issue": issue,
        "state": State(issue.state).label,
        "states": [(each.label, counted.of(each)) for each in Delivery.State if counted.of(each)],
        "total": counted.total,
        "went": counted.total - counted.of(Delivery.State.WAITING, Delivery.State.HANDING),
        "pace": course.pace(issue),
        "ended": [
            (word, counted.ended[how]) for how, word in ENDED.items() if how in counted.ended
        ],
        "subjects": [
            (subject, round(100 * rate, 1))
            for subject, rate in zip(issue.subjects, counted.rates, strict=True)
        ],
        "links": _links(issue),
        "doubtful": issue.deliveries.filter(state__in=NOT_GONE).count(),
        "may_send": request.user.has_perm("newsletters.send_issue"),
        "reach": issue.newsletter.current().filter(recipient__refused="").count(),
    }
    return render(request, "newsletters/desk.html", context)


@never_cache
@xframe_options_sameorigin
@csp_override(LOOK)
def look(request: HttpRequest, pk: int, face: str) -> HttpResponse:
    """The issue as a mail program shows it, to one face; with ?text its text part."""
    issue = _issue(request, pk, "view")
    press = Press(issue)
    try:
        pressed = press.pressed(FACES.get(face, Face()))
    except TooLong as error:
        return HttpResponse(_too_long(error), content_type="text/plain; charset=utf-8", status=422)
    values = Personal(issue, press.contents, []).sample(_nobody(request), timezone.now())
    if "text" in request.GET:
        return HttpResponse(pressed.plain(values), content_type="text/plain; charset=utf-8")
    page = pressed.page(values)
    if "dark" in request.GET:  # as programs do that take the page's own dark colours
        page = page.replace("(prefers-color-scheme: dark)", "all")
    return HttpResponse(page)


@never_cache
def growth_of(request: HttpRequest, pk: int) -> HttpResponse:
    """How a list grows, drawn, and its issues."""
    if not request.user.has_perm("newsletters.view_newsletter"):
        raise PermissionDenied
    newsletter = get_object_or_404(Newsletter.objects.select_related("edition"), pk=pk)
    rows = [
        charts.Row(date_format(week, "SHORT_DATE_FORMAT"), count, str(count))
        for week, count in growth.weeks(newsletter, timezone.now())
    ]
    drawing = charts.draw(charts.Chart(str(newsletter), _("readers"), rows, str), charts.Kind.LINE)
    context = {
        "newsletter": newsletter,
        "svg": drawing,
        "rows": rows,
        "issues": [(issue, _went_and_left(issue)) for issue in newsletter.issues.all()[:MOST]],
    }
    return render(request, "newsletters/growth.html", context)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the desk's buttons."""
    issue = _issue(request, pk, "change")
    do = request.POST.get("do", "")
    if do == "test":
        _test(request, issue)
    elif not request.user.has_perm("newsletters.send_issue"):
        raise PermissionDenied
    elif do == "again":
        count = send_again(issue)
        course.reopen(issue)
        messages.success(request, _("%(n)d mails go again.") % {"n": count})
    elif do == "approve":
        _approve(request, issue)
    elif do in STEPS and STEPS[do](issue):
        messages.success(request, _("Done: %(state)s.") % {"state": State(issue.state).label})
    else:
        messages.error(request, _("It has changed meanwhile. This is how it is now."))
    return redirect("newsletter_desk", issue.pk)


STEPS = {"back": course.back_to_draft, "stop": course.stop, "go_on": course.go_on}


def _approve(request: HttpRequest, issue: Issue) -> None:
    try:
        press = Press(issue)
        for face in EVERY_FACE:
            press.pressed(face)
    except TooLong as error:
        messages.error(request, _too_long(error))
        return
    if course.approve(issue):
        messages.success(request, _("Approved. It goes at its time."))
    else:
        messages.error(request, _("It has changed meanwhile. This is how it is now."))


def _test(request: HttpRequest, issue: Issue) -> None:
    press, now = Press(issue), timezone.now()
    recipient = _nobody(request)
    personal = Personal(issue, press.contents, [])
    face = personal.faces([recipient], now)[recipient.pk]
    try:
        mail = press.pressed(face._replace(measured=False)).message(personal.sample(recipient, now))
        mailers["default"].send_messages([mail])
    except TooLong as error:
        messages.error(request, _too_long(error))
    except Exception as error:  # whatever the mail server says, the editor reads it
        messages.error(request, _("The mail server did not take it: %s") % type(error).__name__)
    else:
        messages.success(request, _("Sent to %s.") % recipient.email)


def _nobody(request: HttpRequest) -> Recipient:
    """Whoever looks, as a recipient whom no link of the mail finds."""
    assert isinstance(request.user, Reader)
    return Recipient(email=request.user.email, reader=request.user)


def _too_long(error: TooLong) -> str:
    return _(
        "This issue has %(kb)d kB. Gmail cuts off what is longer than 100 kB: take a story out."
    ) % {"kb": error.args[0] // 1000}


def _issue(request: HttpRequest, pk: int, what: str) -> Issue:
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    if not request.user.has_perm(f"newsletters.{what}_issue"):
        raise PermissionDenied
    return get_object_or_404(Issue.objects.select_related("newsletter__edition"), pk=pk)


def _went_and_left(issue: Issue) -> tuple[int, int]:
    counted = tally(issue)
    return counted.of(Delivery.State.SENT), counted.ended.get("left", 0)


def _links(issue: Issue) -> list[tuple[str, int]]:
    rows = issue.clicks.values_list("address").annotate(n=Count("pk")).order_by("-n", "address")
    return [(urlsplit(address).path or address, n) for address, n in rows[:MOST]]
