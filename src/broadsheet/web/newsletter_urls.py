"""Addresses of newsletters: joining, leaving, choosing, and issues on the web."""

from django.urls import path

from broadsheet.web.views import newsletters

urlpatterns = [
    path("", newsletters.overview, name="newsletters"),
    path("join/", newsletters.join, name="join_newsletter"),
    path("asked/", newsletters.asked, name="newsletter_asked"),
    path("confirm/<str:token>/", newsletters.confirm, name="confirm_newsletter"),
    path("leave/<str:token>/", newsletters.leave, name="leave_newsletter"),
    path("preferences/<str:token>/", newsletters.preferences, name="newsletter_preferences"),
    path("to/<str:token>/", newsletters.follow_link, name="newsletter_link"),
    path("<slug:edition>/<slug:slug>/", newsletters.archive, name="newsletter"),
    path("<slug:edition>/<slug:slug>/sample/", newsletters.sample, name="newsletter_sample"),
    path("<slug:edition>/<slug:slug>/<int:issue>/", newsletters.issue, name="newsletter_issue"),
]
