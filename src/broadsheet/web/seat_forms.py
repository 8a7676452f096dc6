"""The forms of the pages about seats."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.address_lists import MOST_BYTES
from broadsheet.subscriptions.joining import LONGEST_DAYS
from broadsheet.subscriptions.models import Subscription
from broadsheet.subscriptions.models.plans import MOST_SEATS


class AddressForm(forms.Form):
    """One e-mail address."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class OwnerForm(forms.Form):
    """Which of the readers becomes the owner."""

    to = forms.ModelChoiceField(
        queryset=Reader.objects.none(),
        label=gettext_lazy("Who becomes the owner"),
        empty_label=gettext_lazy("Choose a reader"),
    )

    def __init__(self, subscription: Subscription, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readers = Reader.objects.filter(seats__subscription=subscription)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = readers.exclude(pk=subscription.owner_id).order_by("email")


class DomainForm(forms.Form):
    """What stands behind the @ of a group's addresses."""

    domain = forms.CharField(label=gettext_lazy("Domain, as in: example.com"), max_length=253)


class LinkForm(forms.Form):
    """How often and for how long a link is good."""

    uses = forms.IntegerField(
        label=gettext_lazy("How many readers may use it"),
        min_value=1,
        max_value=MOST_SEATS,
        initial=10,
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=14,
    )


class ListForm(forms.Form):
    """A list of addresses: a file, or a text that was pasted."""

    file = forms.FileField(
        label=gettext_lazy("A file: CSV or text, up to 5 MB and 50,000 rows"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or the addresses themselves, one on each line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def clean_file(self) -> "UploadedFile[Any] | None":
        """Raises ValidationError for one that is too large or has nothing in it."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 5 MB. Give it in parts."))
        if file is not None and not file.size:
            raise forms.ValidationError(_("There is nothing in this file. Choose another."))
        return file

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError unless exactly one of both was given."""
        cleaned = super().clean() or {}
        given = [bool(cleaned.get("file")), bool(cleaned.get("text"))]
        if not self.errors and sum(given) != 1:
            raise forms.ValidationError(_("Choose a file, or paste addresses: one of the two."))
        return cleaned
