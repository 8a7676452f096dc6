"""Pages and answers about topics for editors: merging, and suggestions while they write."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from broadsheet.newsroom import suggestions
from broadsheet.newsroom.merging import CannotMerge, merge
from broadsheet.newsroom.models import Edition, Topic

LONGEST = 200_000
"""Characters of a text that are looked through for suggestions."""
OPEN_FIELDS = ("title", "kicker", "standfirst", "place")
"""Fields of the editing screen that are text as they stand; those of the body begin with BODY."""
BODY = "body-"


class MergeForm(forms.Form):
    """Into which topic another one goes."""

    into = forms.ModelChoiceField(Topic.objects.none(), label=gettext_lazy("Merge it into"))

    def __init__(self, topic: Topic, data: Any = None) -> None:
        super().__init__(data)
        others = Topic.objects.filter(edition=topic.edition).exclude(pk=topic.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


def merge_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """One topic goes into another, after a look at what that means."""
    user: Any = request.user
    if not user.has_perms(["newsroom.change_topic", "newsroom.delete_topic"]):
        raise PermissionDenied
    topic = get_object_or_404(Topic, pk=pk)
    form = MergeForm(topic, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            moved = merge(topic, form.cleaned_data["into"])
        except CannotMerge as fault:
            form.add_error("into", str(fault))
        else:
            said = ngettext("%(n)s story is filed anew.", "%(n)s stories are filed anew.", moved)
            messages.success(request, said % {"n": moved})
            return redirect(reverse("wagtailsnippets_newsroom_topic:list"))
    context = {"form": form, "topic": topic, "stories": topic.articles.count()}
    return render(request, "newsroom/merge_topic.html", context)


@require_POST
def suggest(request: HttpRequest, edition: int) -> HttpResponse:
    """What the story on the editing screen speaks of, as JSON: `topics` with their keys, and
    `names` that are no topics yet. The editing form is sent as it stands."""
    paper = get_object_or_404(Edition, pk=edition)
    text = written(request)[:LONGEST]
    topics = list(Topic.objects.filter(edition=paper).values_list("pk", "name"))
    names = suggestions.names_in(text, [name for _key, name in topics])
    found = suggestions.topics_in(text, topics)
    return JsonResponse(
        {
            "topics": [{"id": one.key, "name": one.name, "times": one.times} for one in found],
            "names": [{"name": one.name, "times": one.times} for one in names],
            "heading": _("Topics the text speaks of"),
            "other": _("Names it repeats"),
            "none": _("The text names none of the edition’s topics."),
        }
    )


def written(request: HttpRequest) -> str:
    """The words on the editing screen; rich text comes as Draftail's JSON."""
    parts = []
    for name, value in request.POST.items():
        if name in OPEN_FIELDS:
            parts.append(str(value))
        elif name.startswith(BODY) and "value" in name and not name.endswith(("-id", "-type")):
            parts.append(_words(str(value)))
    return "\n".join(parts)


def _words(value: str) -> str:
    if not value.startswith("{"):
        return value
    try:
        blocks = json.loads(value).get("blocks", [])
        return "\n".join(str(block.get("text", "")) for block in blocks)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""
