"""Every address of the site. Article pages and /-/seat/ are answered by the gate before it."""

from allauth.account.views import password_set
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls

from broadsheet.newsroom import keys  # noqa: F401 (it registers its own)
from broadsheet.readers import sudo
from broadsheet.settings.django import PAPER
from broadsheet.web.views import (
    accessibility,
    account,
    errors,
    gifts,
    giving,
    newsletters,
    own_data,
    plans,
    proof,
    reading,
    recommended,
    shelf,
    stripe,
    subscribing,
    subscription,
    terms,
)

urlpatterns = [
    path("admin/login/", RedirectView.as_view(url="/account/login/?next=/admin/")),
    path("_util/login/", errors.not_here),
    path("admin/", include(admin_urls)),
    path("account/", account.overview, name="account"),
    path("account/devices/", account.devices, name="devices"),
    path(
        "account/devices/sign-out-others/",
        account.sign_out_others,
        name="sign_out_others",
    ),
    path("account/devices/<int:device>/sign-out/", account.sign_out_device, name="sign_out_device"),
    path("account/reauthenticate/code/", proof.code, name="reauthenticate_by_code"),
    path("account/password/set/", sudo.required(password_set), name="account_set_password"),
    path("account/saved/", shelf.saved, name="saved"),
    path("account/following/", shelf.following, name="following"),
    path("account/history/", shelf.read, name="history"),
    path("account/newsletters/", newsletters.own, name="own_newsletters"),
    path("account/recommended/", recommended.overview, name="recommended"),
    path("-/reader/story/<key:story>/", recommended.story_part, name="reader_part"),
    path("account/export/", own_data.export, name="export"),
    path("account/export/<int:pk>/", own_data.download, name="export_download"),
    path("account/delete/", own_data.delete, name="delete_account"),
    path("account/deleted/", own_data.deleted, name="account_deleted"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("", include("broadsheet.web.seat_urls")),
    path("gifts/story/", gifts.stories, name="story_gifts"),
    path("gifts/story/<int:gift>/withdraw/", gifts.take_back, name="take_back_story"),
    path("plans/", plans.plans, name="plans"),
    path("add-reader/", subscribing.add_reader, name="add_reader"),
    path("subscribe/done/<str:token>/", subscribing.done, name="bought"),
    path("subscribe/left/<str:token>/", subscribing.left, name="not_bought"),
    path("subscribe/handover/<int:offer>/", subscription.take_on, name="take_on"),
    path("subscribe/<slug:plan>/", subscribing.subscribe, name="subscribe"),
    path("account/subscription/", subscription.overview, name="subscription"),
    path("account/subscription/cancel/", subscription.cancel, name="cancel"),
    path("account/subscription/withdraw/", subscription.withdraw, name="withdraw"),
    path("account/subscription/keep/", subscription.keep, name="keep"),
    path("account/subscription/pause/", subscription.pause, name="pause"),
    path("account/subscription/resume/", subscription.resume, name="resume"),
    path("account/invoices/", subscription.invoices, name="invoices"),
    path("account/portal/", subscription.portal, name="portal"),
    path("account/card/", subscription.card, name="card"),
    path("card/<str:link>/", subscription.card_without_signing_in, name="card_link"),
    path("gifts/give/", giving.give, name="give"),
    path("gifts/", giving.given, name="given"),
    path("gifts/redeem/", giving.enter_code, name="enter_gift_code"),
    path("gifts/<str:code>/", giving.redeem, name="gift"),
    path("gifts/<str:code>/card/", giving.card, name="gift_card"),
    path("-/stripe/webhook/", stripe.webhook, name="stripe_webhook"),
    path("newsletters/", include("broadsheet.web.newsletter_urls")),
    *([path("-/mail/", include("broadsheet.web.mail_urls"))] if PAPER.mail_webhooks else []),
    path("accessibility/", accessibility.statement, name="accessibility"),
    path("terms/", terms.current, name="terms"),
    path("terms/<int:pk>/", terms.version, name="terms_version"),
    path("terms/<int:pk>/accept/", terms.accept_version, name="accept_terms"),
    path("mailbox/", include("broadsheet.web.mailbox_urls")),
    path("language/<str:code>/", reading.language, name="language"),
    path("-/problem/<str:name>/", errors.problem, name="problem"),
    path("", include("broadsheet.web.syndication_urls")),
    path("", include(wagtail_urls)),
]

handler400 = "broadsheet.web.views.errors.bad_request"
handler404 = "broadsheet.web.views.errors.not_found"
handler500 = "broadsheet.web.views.errors.server_error"
