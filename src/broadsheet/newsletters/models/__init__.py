"""What newsletters keep: lists, who gets them, issues, and each mail that goes."""

from broadsheet.newsletters.models.issues import Click, Delivery, Issue, Slot
from broadsheet.newsletters.models.lists import Newsletter
from broadsheet.newsletters.models.people import Consent, Membership, Recipient

__all__ = ["Click", "Consent", "Delivery", "Issue", "Membership", "Newsletter", "Recipient", "Slot"]
