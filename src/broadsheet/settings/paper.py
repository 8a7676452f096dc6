"""Every setting an operator may give, from `broadsheet.toml` and the environment.

The environment wins over the file. A variable is the setting's name in capitals with
`BROADSHEET_` before it; lists are written as JSON.
"""

import os
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import dj_database_url
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from broadsheet.access import SharingRule, Timings

PREFIX = "BROADSHEET_"
CONFIG_VARIABLE = "BROADSHEET_CONFIG"

DEMONSTRATION = "built.json"
"""In the data folder of a demonstration paper, and of no other: what was built."""
SECRETS = (
    "secret_keys",
    "database_url",
    "smtp_url",
    "mail_options",
    "mail_webhooks",
    "bounce_mailbox",
    "media_options",
    "stripe_secret_key",
    "stripe_webhook_secret",
    "valkey_url",
)
"""What is never printed."""

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

Seconds = Annotated[float, Field(gt=0)]
Days = Annotated[int, Field(gt=0)]


class SettingsError(Exception):
    """A setting is wrong; the text names each one and says what is expected."""


class PaperSettings(BaseSettings):
    """The settings of one paper. Each description is also its documentation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", validate_default=True)

    data_dir: Path = Field(
        Path("data"),
        description="Folder of the database, the seats, pictures, and mail in files.",
    )
    site_url: str = Field(
        "http://127.0.0.1:8000",
        description="Address readers use: scheme and host only. With https, cookies are Secure.",
    )
    secret_keys: list[str] = Field(
        default_factory=list,
        description="Keys that sign passes, sessions and tokens; each at least 32 characters. The "
        "first signs, all are accepted: to rotate, put a new key first and drop the last later.",
    )
    database_url: str = Field(
        "",
        description="postgres://user:password@host:5432/name, with ?sslmode=require and the like "
        "behind it. Empty: SQLite, in data_dir/paper.sqlite3.",
    )
    smtp_url: str = Field(
        "",
        description="smtp://user:password@host:587 (STARTTLS), smtps://host:465, or smtp://host:25 "
        "(plain when there is no user). Empty: mail is written to files in data_dir/mail.",
    )
    mail_backend: str = Field(
        "",
        description="Dotted name of another Django mail backend, such as one of django-anymail's, "
        "instead of smtp_url.",
    )
    mail_options: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="What that backend is made with, such as its api_key."
    )
    media_storage: str = Field(
        "",
        description="Dotted name of another Django storage for pictures, such as "
        "storages.backends.s3.S3Storage of django-storages. Empty: files in data_dir/media.",
    )
    media_options: dict[str, str | int | float | bool] = Field(
        default_factory=dict,
        description="What that storage is made with, such as its bucket_name. The addresses it "
        "gives must not expire: pages keep them.",
    )
    media_origin: str = Field(
        "",
        description="Scheme and host of those addresses, as in https://pictures.example.com, which "
        "pages then may show pictures from. Empty: the paper's own.",
    )
    mail_from: str = Field(
        "Broadsheet <paper@localhost>", description="Sender of the paper's mail."
    )
    mail_webhooks: dict[str, str] = Field(
        default_factory=dict,
        description="django-anymail's settings for webhooks, such as WEBHOOK_SECRET, with which a "
        "provider tells at /-/mail/ what became of mails. Empty: it cannot.",
    )
    dkim_selector: str = Field(
        "",
        description="Name of the key that your mail provider signs with, for `broadsheet check`.",
    )
    bounce_mailbox: str = Field(
        "",
        description="imaps://user:password@host/INBOX, the mailbox of mail_from, where mail that "
        "does not arrive comes back to. Empty: nobody looks.",
    )
    newsletter_pace: float = Field(
        0,
        ge=0,
        description="Mails of newsletters a second, of all processes together, as your provider "
        "allows. 0: as fast as they are taken.",
    )
    newsletter_domain_pace: dict[str, float] = Field(
        default_factory=dict,
        description='The same for mailboxes of single domains, as in {"gmail.com": 20}.',
    )
    newsletter_clicks: bool = Field(
        True,
        description="Count which links of newsletters are followed. Each reader may say no, and "
        "nobody is told who followed which. Openings are never counted.",
    )
    security_contact: str = Field(
        "",
        description="Where to report a weakness of this site, for /.well-known/security.txt: a "
        "mailto: or https:// address. Empty: there is no such file.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least severe message that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How lines of the log are written: for people, or one JSON object each."
    )
    access_log: bool = Field(
        False,
        description="Log a line for every request: method, path without its query, status and "
        "milliseconds; never who asked.",
    )
    metrics_listen: str = Field(
        "",
        description="host:port where Prometheus finds the metrics of this host's processes, as in "
        "127.0.0.1:9464. Nothing else is served there, and they are served nowhere else. Empty: "
        "there are none.",
    )
    beat_seconds: Seconds = Field(
        30, description="Seconds between two signs of life of an open article."
    )
    activity_seconds: Seconds = Field(
        120, description="Seconds after the last scroll, click or key in which an article is read."
    )
    lease_seconds: Seconds = Field(90, description="Seconds a lease lasts after its last sign.")
    release_seconds: Seconds = Field(
        10, description="Seconds a lease lasts after its tab was hidden or closed."
    )
    takeover_seconds: Seconds = Field(
        120, description="Seconds in which the button 'Read here' may be pressed."
    )
    sharing_overlaps: int = Field(
        3, gt=0, description="Times two devices read one seat at once before a case is opened."
    )
    sharing_window_hours: Seconds = Field(
        24, description="Hours within which those overlaps are counted."
    )
    sharing_quiet_days: Days = Field(14, description="Days without overlap that end a case.")
    mine_quiet_days: Days = Field(
        30, description="Days without the message after 'both devices are mine'."
    )
    events_keep_days: Days = Field(30, description="Days seat events are kept one by one.")
    invitation_days: Days = Field(
        14, description="Days an invitation to a seat, or an offer of a subscription, is good for."
    )
    pass_seconds: Seconds = Field(600, description="Seconds a reader's pass is good for.")
    valkey_url: str = Field(
        "",
        description="Valkey server of the seats and meters of a paper on many hosts: "
        "valkey://user:password@host:6379/0, valkeys:// over TLS, or unix:///path. Empty: SQLite "
        "files in data_dir.",
    )
    valkey_cluster: bool = Field(
        False, description="Whether that server is one of a Valkey cluster."
    )
    store_budget_ms: float = Field(
        50,
        gt=0,
        description="Milliseconds the seat store may take before readers go on without it.",
    )
    stripe_secret_key: str = Field(
        "",
        description="Secret key of your Stripe account (sk_live_… or sk_test_…). Empty: nothing is "
        "sold, or, on localhost, at a demonstration till where no money moves.",
    )
    stripe_webhook_secret: str = Field(
        "",
        description="Signing secret (whsec_…) of the webhook that Stripe sends to "
        "/-/stripe/webhook/.",
    )
    stripe_address: str = Field(
        "",
        description="Address of a stand-in for Stripe, for tests and demonstrations. Empty: "
        "Stripe.",
    )
    stripe_tax: bool = Field(
        False,
        description="Let Stripe Tax reckon and add taxes, and ask firms for their tax number. It "
        "must be set up in your Stripe account.",
    )
    grace_days: Days = Field(14, description="Days a reader reads on after a payment has failed.")
    invoices_keep_years: int = Field(
        10, gt=0, description="Years that invoices and payments are kept, as the law asks."
    )
    gift_days: Days = Field(
        14, description="Days a link opens the story that a subscriber gave with it."
    )
    gift_openings: int = Field(
        10, gt=0, description="Browsers that may open such a link, each as often as it likes."
    )
    trusted_proxies: list[str] = Field(
        default_factory=list,
        description="Networks of your own proxies, as in 10.0.0.0/8: what they say of a client's "
        "address (X-Forwarded-For) is believed, and nobody else's word is.",
    )
    cdn_seconds: int = Field(
        0,
        ge=0,
        le=3600,
        description="Seconds a CDN may show visitors a page without asking. A story that is no "
        "longer free is readable there for as long. 0: it asks each time, and hears that nothing "
        "has changed.",
    )
    page_cache_mb: int = Field(
        64,
        gt=0,
        description="Megabytes of ready pages kept per process; up to twice as many right after "
        "something was published.",
    )
    avif: bool = Field(
        True,
        description="Make AVIF of pictures in the background: a third fewer bytes than WebP, and "
        "about half a second of a processor for each size of each picture.",
    )
    rate_limits: bool = Field(
        True, description="Limit sign-in, sign-up and mail per address and per reader."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file; the file is where CONFIG_VARIABLE says."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=config_path())
        return init_settings, env_settings, file

    @field_validator("metrics_listen")
    @classmethod
    def _a_place_to_listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("expected host:port, as in 127.0.0.1:9464")
        return value

    @field_validator("site_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("expected http://host or https://host, without a path")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, value: str) -> str:
        if value and not value.startswith(("postgres://", "postgresql://")):
            raise ValueError("expected postgres://user:password@host:port/name")
        if value:
            _connectable(value)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("expected smtp://[user:password@]host[:port] or smtps://…")
        return value

    @field_validator("mail_webhooks")
    @classmethod
    def _with_a_secret(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        name, sep, secret = value.get("WEBHOOK_SECRET", "").partition(":")
        if value and not (name and sep and len(secret) >= 16):
            raise ValueError("WEBHOOK_SECRET is wanted: name:secret, of 16 characters at least")
        if value and not info.data.get("mail_backend", "").startswith("anymail.backends."):
            raise ValueError("mail_backend is no provider of django-anymail's, so none will call")
        return value

    @field_validator("bounce_mailbox")
    @classmethod
    def _a_mailbox(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("imap", "imaps") or not parts.hostname):
            raise ValueError("expected imaps://user:password@host/INBOX")
        return value

    @field_validator("media_origin")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        odd = set(value) & set(" ;,'*") or parts.path.strip("/") or parts.query or parts.username
        if value and (not whole or odd):
            raise ValueError("expected https://host, without a path")
        return value.rstrip("/")

    @field_validator("valkey_url")
    @classmethod
    def _a_valkey_server(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("valkey", "valkeys", "unix"):
            raise ValueError("expected valkey://[user:password@]host[:port]/0, valkeys:// or unix:")
        return value

    @field_validator("security_contact")
    @classmethod
    def _a_contact(cls, value: str) -> str:
        parts = urlsplit(value)
        mail = parts.scheme == "mailto" and "@" in parts.path
        page = parts.scheme == "https" and bool(parts.hostname)
        if value and (not (mail or page) or any(not "!" <= letter <= "~" for letter in value)):
            raise ValueError("expected mailto:name@host or https://…")
        return value

    @field_validator("stripe_address")
    @classmethod
    def _not_for_the_public(cls, value: str, info: ValidationInfo) -> str:
        site = urlsplit(str(info.data.get("site_url", "")))
        if value and site.scheme == "https":
            raise ValueError("only for a paper on http: anybody would read for a test card")
        return value

    @field_validator("secret_keys")
    @classmethod
    def _long_keys(cls, value: list[str]) -> list[str]:
        if any(len(key) < 32 for key in value):
            raise ValueError("each key needs at least 32 characters; `broadsheet new` makes one")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        networks = [str(ip_network(one.strip(), strict=False)) for one in value]
        if any(one.endswith("/0") for one in networks):
            raise ValueError("everybody's address would be what they say it is: name your proxies")
        return networks

    @cached_property
    def timings(self) -> Timings:
        """The lease's timings as access/ wants them, in seconds."""
        return Timings(
            beat=self.beat_seconds,
            activity=self.activity_seconds,
            lease=self.lease_seconds,
            release=self.release_seconds,
            takeover=self.takeover_seconds,
        )

    @cached_property
    def sharing(self) -> SharingRule:
        """When a sharing case opens and ends, durations in seconds."""
        day = 86400.0
        return SharingRule(
            overlaps=self.sharing_overlaps,
            window=self.sharing_window_hours * 3600,
            quiet=self.sharing_quiet_days * day,
            mine_quiet=self.mine_quiet_days * day,
            episode=self.lease_seconds,
        )

    @cached_property
    def till_origins(self) -> list[str]:
        """Where a form of ours may lead a reader to pay or to change a card."""
        if self.stripe_address:
            return [self.stripe_address]
        return ["https://checkout.stripe.com", "https://billing.stripe.com"]

    @cached_property
    def is_local(self) -> bool:
        """Whether readers come from a network of their own, not from the public Internet."""
        host = urlsplit(self.site_url).hostname or ""
        try:
            return not ip_address(host).is_global
        except ValueError:
            return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))

    @property
    def shows_mailbox(self) -> bool:
        """Whether this is a demonstration whose letters may be read on its pages: mail goes to
        files, and the paper's address is this very machine."""
        host = urlsplit(self.site_url).hostname or ""
        here = host in ("localhost", "::1") or host.startswith("127.")
        in_files = not self.smtp_url and not self.mail_backend
        return here and in_files and (self.data_dir / DEMONSTRATION).exists()

    @cached_property
    def secure(self) -> bool:
        """Whether readers come by https."""
        return self.site_url.startswith("https:")


def config_path() -> Path:
    """The settings file: what CONFIG_VARIABLE names, else `broadsheet.toml` here."""
    return Path(os.environ.get(CONFIG_VARIABLE, "broadsheet.toml"))


def load() -> PaperSettings:
    """Read and check all settings. Raises SettingsError naming each wrong one."""
    try:
        return PaperSettings()
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None
    except ValueError as error:  # a list that is not JSON, a file that is not TOML
        raise SettingsError(f"the settings cannot be read ({config_path()}): {error}") from None


def _connectable(url: str) -> None:
    """Raises ValueError, without the address's own words, when no server can be meant by it."""
    try:
        found = dj_database_url.parse(url)
    except ValueError:
        raise ValueError("it cannot be read: is what is special in it written as %XX?") from None
    if not found["NAME"]:
        raise ValueError("the database's name is missing, as in postgres://user@host/name")
    options = found.get("OPTIONS", {})
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise ValueError(f"sslmode is one of {', '.join(SSL_MODES)}")
    for name, given in options.items():
        try:
            make_conninfo(**{name: str(given)})
        except ProgrammingError:
            raise ValueError(f"there is no option {name!r} of a connection") from None


def _in_words(error: ValidationError) -> str:
    lines = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"])
        variable = PREFIX + str(fault["loc"][0]).upper()
        if fault["type"] == "extra_forbidden":
            lines.append(f"{name}: there is no such setting")
        else:
            lines.append(f"{name} (or {variable}): {fault['msg']}{_given(name, fault['input'])}")
    return "\n".join(lines)


def _given(name: str, value: object) -> str:
    # Keys and the mail server's password must not be printed.
    return "" if name.startswith(SECRETS) else f", got {value!r}"
