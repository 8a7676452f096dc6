"""Proving again who one is, with a code from the mail."""

from typing import Any

from allauth.account.views import BaseReauthenticateView
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from broadsheet.gate.request import local_path
from broadsheet.readers import sudo


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_code(self) -> str:
        """Raises ValidationError unless it is the one that was sent."""
        given: str = self.cleaned_data["code"]
        if not sudo.take_code(self._request, self._request.user, given):  # type: ignore[arg-type]
            raise forms.ValidationError(_("This is not the code we sent, or it is too old."))
        return given


@method_decorator((never_cache, login_required), name="dispatch")
class CodeView(BaseReauthenticateView):
    """Sends a code when asked to, and takes it."""

    form_class = CodeForm
    template_name = "account/reauthenticate_by_code.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form looks into the session."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return {**kwargs, "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether a code is on its way."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "code_is_out": sudo.code_is_out(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send a code, or take one."""
        if "send" not in request.POST:
            answer: HttpResponse = super().post(request, *args, **kwargs)
            return answer
        try:
            sudo.send_code(request, request.user)  # type: ignore[arg-type]
            messages.success(request, _("A code is on its way to your address."))
        except sudo.TooManyCodes:
            messages.error(request, _("That is enough codes for now. Try again in a few minutes."))
        given = request.POST.get("next", "")
        return redirect(sudo.way_back(request.path, local_path(given) if given else ""))


code = CodeView.as_view()
