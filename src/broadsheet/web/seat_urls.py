"""Addresses of seats: the owner's page, invitations, hand-overs, and ways for groups."""

from django.urls import path

from broadsheet.web.views import groups, handover, invitations, seat_lists, seats

urlpatterns = [
    path("account/seats/", seats.overview, name="seats"),
    path("account/seats/leave/", seats.leave, name="leave_seat"),
    path("account/seats/<int:subscription>/", seats.one, name="seats_of"),
    path("account/seats/<int:subscription>/invite/", seats.invite, name="invite"),
    path("account/seats/<int:subscription>/take/", seats.take, name="take_seat"),
    path("account/seats/seat/<int:seat>/take-back/", seats.take_back, name="take_seat_back"),
    path(
        "account/seats/invitation/<int:invitation>/send-again/",
        seats.invite_again,
        name="invite_again",
    ),
    path(
        "account/seats/invitation/<int:invitation>/take-back/",
        seats.withdraw,
        name="withdraw_invitation",
    ),
    # Groups
    path("account/seats/<int:subscription>/group/", groups.group, name="seat_group"),
    path("account/seats/<int:subscription>/domains/", groups.add_domain, name="add_domain"),
    path(
        "account/seats/<int:subscription>/domains/<int:domain>/remove/",
        groups.remove_domain,
        name="remove_domain",
    ),
    path("account/seats/<int:subscription>/links/", groups.make_link, name="make_link"),
    path(
        "account/seats/<int:subscription>/links/<int:link>/withdraw/",
        groups.withdraw_link,
        name="withdraw_link",
    ),
    path(
        "account/seats/<int:subscription>/administrators/",
        groups.invite_administrator,
        name="invite_administrator",
    ),
    path(
        "account/seats/<int:subscription>/administrators/<int:reader>/remove/",
        groups.remove_administrator,
        name="remove_administrator",
    ),
    path("account/seats/<int:subscription>/list/", seat_lists.give, name="give_list"),
    path("account/seats/list/<int:seat_list>/", seat_lists.look, name="seat_list"),
    path("account/seats/list/<int:seat_list>/start/", seat_lists.start, name="start_list"),
    path(
        "account/seats/list/<int:seat_list>/throw-away/",
        seat_lists.throw_away,
        name="throw_list_away",
    ),
    path("account/seats/list/<int:seat_list>/results.csv", seat_lists.results, name="list_results"),
    # Hand-over
    path("account/seats/<int:subscription>/hand-over/", handover.offer, name="hand_over"),
    path(
        "account/seats/hand-over/<int:offer>/take-back/",
        handover.take_back,
        name="take_offer_back",
    ),
    path("account/hand-over/<int:offer>/", handover.page, name="ownership_offer"),
    path("account/hand-over/<int:offer>/accept/", handover.accept, name="accept_ownership"),
    path("account/hand-over/<int:offer>/decline/", handover.decline, name="decline_ownership"),
    # Whoever is invited, or may join
    path("invitation/<str:token>/", invitations.page, name="invitation"),
    path("invitation/<str:token>/decline/", invitations.decline_by_link, name="decline_invitation"),
    path(
        "account/invitations/<int:invitation>/accept/",
        invitations.accept,
        name="accept_invitation",
    ),
    path(
        "account/invitations/<int:invitation>/decline/",
        invitations.decline,
        name="refuse_invitation",
    ),
    path("join/domain/<int:domain>/", groups.join_by_domain, name="join_by_domain"),
    path("join/<str:token>/", groups.join, name="join"),
]
