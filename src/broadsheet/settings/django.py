"""Django's settings, derived from the paper's. Nothing here is for operators to edit."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.utils.csp import CSP
from wagtail.embeds import oembed_providers

from broadsheet.settings.logs import formatter
from broadsheet.settings.paper import load

PAPER = load()
PACKAGE = Path(__file__).resolve().parent.parent
POOL = {
    "min_size": 1,
    "max_size": 16,
    "timeout": 5,
    "reconnect_timeout": 5,
    "max_idle": 120,
}
"""Connections to PostgreSQL that one process keeps. Whoever asks is answered with a fault after
`timeout` seconds without one; a server that is back is noticed at the next question."""


def _mailer() -> dict[str, Any]:
    """Where mail goes: the backend or server of the settings, else files in the data folder."""
    if PAPER.mail_backend:
        return {"BACKEND": PAPER.mail_backend, "OPTIONS": PAPER.mail_options}
    if not PAPER.smtp_url:
        folder = PAPER.data_dir / "mail"
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    server = urlsplit(PAPER.smtp_url)
    over_tls = server.scheme == "smtps"
    start_tls = not over_tls and bool(server.username)
    return {
        "BACKEND": "broadsheet.mail.smtp.EmailBackend",
        "OPTIONS": {
            "host": server.hostname,
            "port": server.port or (465 if over_tls else 587 if start_tls else 25),
            "username": unquote(server.username or ""),
            "password": unquote(server.password or ""),
            "use_ssl": over_tls,
            "use_tls": start_tls,
            "timeout": 20,
        },
    }


def _database() -> dict[str, Any]:
    """PostgreSQL where the settings name one, else a file in the data folder."""
    if not PAPER.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": PAPER.data_dir / "paper.sqlite3",
            "OPTIONS": {
                # Writers queue instead of failing half-way through a transaction.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    found: dict[str, Any] = {**dj_database_url.parse(PAPER.database_url, conn_health_checks=True)}
    options = {"connect_timeout": 3, "application_name": "broadsheet", **found.get("OPTIONS", {})}
    return {**found, "OPTIONS": {**options, "pool": POOL}}


if not PAPER.secret_keys:
    raise RuntimeError(
        "secret_keys is empty: `broadsheet new DIR` makes a paper with keys of its own"
    )
SECRET_KEY, *SECRET_KEY_FALLBACKS = PAPER.secret_keys
DEBUG = False
_host = urlsplit(PAPER.site_url).hostname or ""
ALLOWED_HOSTS = [_host, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PAPER.site_url]

INSTALLED_APPS = [
    "broadsheet.archive",
    "broadsheet.web",
    "broadsheet.importing",
    "broadsheet.billing",
    "broadsheet.gifts",
    "broadsheet.newsletters",
    "broadsheet.recommendations",
    "broadsheet.shelf",
    "broadsheet.institutions",
    "broadsheet.subscriptions",
    "broadsheet.terms",
    "broadsheet.newsroom",
    "broadsheet.readers",
    "broadsheet.mail",
    "broadsheet.demo",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(["django.contrib.postgres"] if PAPER.database_url else []),
    *(["anymail"] if PAPER.mail_webhooks else []),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "broadsheet.web.policy.ContentPolicyMiddleware",
    "broadsheet.web.policy.CachePolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "broadsheet.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "broadsheet.readers.middleware.DeviceMiddleware",
    "broadsheet.web.editors.EditorsDoorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "broadsheet.web.publishing.PublishingMiddleware",
]

ROOT_URLCONF = "broadsheet.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "broadsheet.web.context.paper",
            ],
        },
    },
]

DATABASES = {"default": _database()}
MANY_HOSTS = bool(PAPER.valkey_url and PAPER.database_url)
"""Whether hosts share nothing but the database and Valkey: no folder, and no memory."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # By default 300, beyond which what still counts is dropped: limits, signs of life.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Wagtail writes each rendition it has read into a cache that is in the same database.
    "renditions": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
SLOW = "slow"
"""The queue of work that takes long, behind which nobody's letter may wait."""
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", SLOW]},
}

LANGUAGE_CODE = "en"
INTERFACE_LANGUAGES = [("en", "English"), ("es", "Español")]
"""What the paper speaks to its readers; which of them is the reader's choice."""
WAGTAIL_CONTENT_LANGUAGES = [("en-us", "English (United States)"), ("es-es", "Español (España)")]
"""What editions are written in: one locale each."""
LANGUAGES = [*INTERFACE_LANGUAGES, *WAGTAIL_CONTENT_LANGUAGES]
LANGUAGE_COOKIE_NAME = "bs_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = PAPER.data_dir / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = PAPER.data_dir / "media"
STORAGES = {
    "default": {
        "BACKEND": PAPER.media_storage or "django.core.files.storage.FileSystemStorage",
        "OPTIONS": PAPER.media_options,
    },
    "staticfiles": {
        "BACKEND": "broadsheet.web.static_files.CompressedFiles",
    },
}

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_NAME = "bs_session"
SESSION_COOKIE_AGE = 180 * 86400
SESSION_COOKIE_SECURE = PAPER.secure
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "bs_csrf"
CSRF_COOKIE_SECURE = PAPER.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "broadsheet.web.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = PAPER.secure
SECURE_HSTS_SECONDS = 365 * 86400 if PAPER.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PAPER.secure else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

PICTURES = [PAPER.media_origin] if PAPER.media_origin else []
"""Where pictures are besides the paper's own address."""
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", *PICTURES],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF, *PAPER.till_origins],
    "frame-ancestors": [CSP.NONE],
}

AUTH_USER_MODEL = "readers.Reader"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Passwords kept by the others are kept by the first one once their reader signs in.
PASSWORD_HASHERS = [
    "broadsheet.readers.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account/"
ACCOUNT_ADAPTER = "broadsheet.readers.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
OUR_RATES = {
    "offer_code": "10/h/user,30/h/ip",
    "ask_the_till": "60/m/user",
    "reader_part": "120/m/user",
    "invite_reader": "50/d/user",
    "invite_again": "3/h/key",
    "invite_list": "10/d/user",
    "offer_ownership": "10/d/user",
    "join_newsletter": "10/h/ip",
}
"""How often codes may be tried, Stripe asked, and letters about seats caused. They are counted
where allauth counts its own."""
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = OUR_RATES if PAPER.rate_limits else False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PAPER.secure  # passkeys on http://localhost

DEFAULT_FROM_EMAIL = PAPER.mail_from
SERVER_EMAIL = PAPER.mail_from
MAILERS = {"default": _mailer()}
ANYMAIL = PAPER.mail_webhooks

WAGTAIL_FRONTEND_LOGIN_URL = "/account/login/"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_SITE_NAME = "Broadsheet"
WAGTAILADMIN_BASE_URL = PAPER.site_url
WAGTAIL_I18N_ENABLED = True
WAGTAILIMAGES_IMAGE_MODEL = "newsroom.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "broadsheet.newsroom.pictureforms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
# The limits are newsroom.pictures' own; after it Wagtail looks once more.
WAGTAILIMAGES_MAX_UPLOAD_SIZE = None
WAGTAILIMAGES_MAX_IMAGE_PIXELS = None
# A third smaller than WebP at its 80, and hardly worse (docs/benchmarks.md); at Wagtail's own 80
# AVIF is as large as WebP.
WAGTAILIMAGES_AVIF_QUALITY = 65
WAGTAILSEARCH_BACKENDS = {
    "default": {
        "BACKEND": "broadsheet.newsroom.word_index",
        "ATOMIC_REBUILD": False,  # all of it in one transaction would keep every writer waiting
    }
}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS = [
    {
        "class": "wagtail.embeds.finders.oembed",
        "providers": [
            oembed_providers.youtube,
            oembed_providers.vimeo,
            oembed_providers.soundcloud,
        ],
    }
]
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": formatter(PAPER.log_format),
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": PAPER.log_level},
    "loggers": {
        "django_tasks_db": {"level": "WARNING"},
        "django.tasks": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "psycopg.pool": {"level": "WARNING"},  # else every connection is told of
        # Strangers' noise, answered with 400 and 413: a trace of it helps nobody.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
    },
}
