"""All settings: one module, from the environment, safe by default (docs/operations.md)."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from config.broker import broker_socket
from config.env import env_by_host, env_flag, env_folders, env_number, env_reach, env_text
from credits.keyfiles import kept, make_rsa_key

# Lets generic classes of Django and DRF be written with their types, as in ``ModelForm[User]``.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Where this installation keeps its data, keys and sockets.
HOME = Path(env_text("OPENCREDITS_HOME", str(BASE_DIR / "var"))).resolve()
BASE_URL = env_text("OPENCREDITS_BASE_URL", "http://localhost:8000").rstrip("/")
DEMO = env_flag("OPENCREDITS_DEMO")
DEBUG = env_flag("OPENCREDITS_DEBUG")
# Read when first used, so that `verify` writes nothing on a stranger's machine.
_kept = lazy(kept, str)
SECRET_KEY = env_text("SECRET_KEY") or _kept(
    HOME / "keys" / "secret_key", lambda: secrets.token_urlsafe(48)
)

_site = urlsplit(BASE_URL)
_is_https = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

INSTALLED_APPS = [
    "config",
    "credits",
    "accounts",
    "harvesters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.idp.oidc",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "lucide",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.static",
            ]
        },
    }
]

# PostgreSQL: the one that DATABASE_URL names, else the embedded one on its private socket.
DATABASE_URL = env_text("DATABASE_URL")
PG_HOME = HOME / "postgres"
if DATABASE_URL:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600)}
else:
    from config.embedded import socket_directory

    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "opencredits",
            "USER": "postgres",
            "HOST": str(socket_directory(PG_HOME)),
            "CONN_MAX_AGE": 600,
        }
    }
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# What every process must know alike (OAuth codes, failed sign-ins) is in PostgreSQL.
_caches = "django.core.cache.backends"
_shared = {"LOCATION": "accounts_sharedcache", "OPTIONS": {"MAX_ENTRIES": 20_000}}
CACHES = {
    "default": {"BACKEND": f"{_caches}.db.DatabaseCache", **_shared},
    "counters": {"BACKEND": f"{_caches}.locmem.LocMemCache"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
IDP_OIDC_PRIVATE_KEY = _kept(HOME / "keys" / "oauth.pem", make_rsa_key)
IDP_OIDC_ADAPTER = "accounts.programs.ProgramAdapter"
IDP_OIDC_DCR_ENABLED = True
IDP_OIDC_DCR_REQUIRES_INITIAL_ACCESS_TOKEN = False
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = 600
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 90 * 24 * 3600

# The broker only wakes workers: losing its whole memory loses nothing
# (harvesters/models/harvest.py).
EMBEDDED_BROKER = not env_text("CELERY_BROKER_URL")
CELERY_BROKER_URL = env_text("CELERY_BROKER_URL") or f"redis+socket://{broker_socket(HOME)}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    # A tick that waits in the queue longer than its turn has nothing left to say.
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("harvest what is due", "harvesters.tasks.tick", 10),
        ("score what changed", "credits.tasks.score_stale", 15),
        ("take rules from repositories", "credits.tasks.take_rules_from_repositories", 60),
        ("sign what was entered", "credits.tasks.sign_what_was_entered", 60),
        ("sign a checkpoint", "credits.tasks.sign_checkpoint", 60),
        ("renew status lists", "credits.tasks.renew_status_lists", 3600),
        ("look after certificates", "credits.tasks.look_after_certificates", 600),
        ("send notices", "credits.tasks.send_notices", 30),
        ("forget what is old", "harvesters.tasks.forget_old", 3600),
        ("forget unused access", "credits.tasks.forget_unused_access", 3600),
        ("record maintenance", "credits.tasks.record_months_of_maintenance", 21_600),
        ("look for signals", "credits.tasks.look_for_signals", 86_400),
    )
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
# A rule set of a hundred rules in its form has a thousand fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# No page asks any other host for anything.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _is_https
# Asked from inside, by plain http: by the supervisor, a balancer, a monitor.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
X_FRAME_OPTIONS = "DENY"

# Without a mail server, messages appear in the log: enough to try the site.
EMAIL_HOST = env_text("OPENCREDITS_SMTP_HOST")
EMAIL_PORT = env_number("OPENCREDITS_SMTP_PORT", 587)
EMAIL_HOST_USER = env_text("OPENCREDITS_SMTP_USER")
EMAIL_HOST_PASSWORD = env_text("OPENCREDITS_SMTP_PASSWORD")
EMAIL_USE_TLS = env_flag("OPENCREDITS_SMTP_STARTTLS", default=True)
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env_text("OPENCREDITS_EMAIL_FROM", f"opencredits@{_site.hostname}")

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "config.api.problem_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OpenCredits",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Forges. An address of one's own serves a fake or a self-hosted forge.
GITCODE_URL = env_text("OPENCREDITS_GITCODE_URL", "https://api.gitcode.com/api/v5")
GITCODE_TOKEN = env_text("OPENCREDITS_GITCODE_TOKEN")
GITLAB_URL = env_text("OPENCREDITS_GITLAB_URL", "https://gitlab.com/api/v4")
GITLAB_TOKEN = env_text("OPENCREDITS_GITLAB_TOKEN")
GITEE_URL = env_text("OPENCREDITS_GITEE_URL", "https://gitee.com/api/v5")
GITEE_TOKEN = env_text("OPENCREDITS_GITEE_TOKEN")
GITHUB_URL = env_text("OPENCREDITS_GITHUB_URL", "https://api.github.com")
GITHUB_TOKEN = env_text("OPENCREDITS_GITHUB_TOKEN")
GITHUB_APP_ID = env_text("OPENCREDITS_GITHUB_APP_ID")
GITHUB_APP_KEY_FILE = env_text("OPENCREDITS_GITHUB_APP_KEY_FILE")
GITHUB_INSTALLATION_ID = env_text("OPENCREDITS_GITHUB_INSTALLATION_ID")
HUGGINGFACE_URL = env_text("OPENCREDITS_HUGGINGFACE_URL", "https://huggingface.co/api")
HUGGINGFACE_TOKEN = env_text("OPENCREDITS_HUGGINGFACE_TOKEN")
# By host, as there are many; a value without a host is for all of them.
GITEA_URL = env_by_host("OPENCREDITS_GITEA_URL")
GITEA_TOKEN = env_by_host("OPENCREDITS_GITEA_TOKEN")
if "" in GITEA_TOKEN and "" not in GITEA_URL:
    raise ImproperlyConfigured(
        "OPENCREDITS_GITEA_TOKEN: write HOST=TOKEN, or every host that a source names is told it."
    )
# What harvests may reach besides public addresses.
FORGE_REACH = env_reach("OPENCREDITS_FORGE_HOSTS")
# Whoever knows a secret may make sweeps due; several, with spaces between, while one is changed.
WEBHOOK_SECRETS = {
    "gitea": env_text("OPENCREDITS_GITEA_WEBHOOK_SECRET"),
    "gitee": env_text("OPENCREDITS_GITEE_WEBHOOK_SECRET"),
    "github": env_text("OPENCREDITS_GITHUB_WEBHOOK_SECRET"),
    "gitlab": env_text("OPENCREDITS_GITLAB_WEBHOOK_SECRET"),
    "huggingface": env_text("OPENCREDITS_HUGGINGFACE_WEBHOOK_SECRET"),
}
PRIVACY_URL = env_text("OPENCREDITS_PRIVACY_URL", f"{BASE_URL}/wallet")
TERMS_URL = env_text("OPENCREDITS_TERMS_URL", f"{BASE_URL}/wallet")
ISSUER_NAME = env_text("OPENCREDITS_ISSUER_NAME", "OpenCredits")
FONT_DIRS = env_folders("OPENCREDITS_FONT_DIRS")
PDF_KEY_FILE = Path(_pdf_key) if (_pdf_key := env_text("OPENCREDITS_PDF_KEY_FILE")) else None
PDF_KEY_PASSWORD = env_text("OPENCREDITS_PDF_KEY_PASSWORD")
ISSUER_KEY_FILE = Path(env_text("OPENCREDITS_ISSUER_KEY_FILE", str(HOME / "keys" / "issuer.pem")))
TOKEN_KEY_FILE = Path(
    env_text("OPENCREDITS_TOKEN_KEY_FILE", str(HOME / "keys" / "issuer-token.pem"))
)
ISSUER_KEY_PASSPHRASE = env_text("OPENCREDITS_ISSUER_KEY_PASSPHRASE")
HSM_MODULE = env_text("OPENCREDITS_HSM_MODULE")
HSM_TOKEN = env_text("OPENCREDITS_HSM_TOKEN", "opencredits")
HSM_PIN = env_text("OPENCREDITS_HSM_PIN")
# Where a socket is named, its signer holds the keys and this process has none.
SIGNER_SOCKET = Path(_socket) if (_socket := env_text("OPENCREDITS_SIGNER_SOCKET")) else None
SIGNER_STATE = Path(
    env_text("OPENCREDITS_SIGNER_STATE", str(ISSUER_KEY_FILE.parent / "signer.sqlite3"))
)
SIGNER_RATE = env_number("OPENCREDITS_SIGNER_RATE", 500)
SIGNER_USERS = env_text("OPENCREDITS_SIGNER_USERS").replace(",", " ").split()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        name: {"level": env_text("OPENCREDITS_LOG_LEVEL", "WARNING").upper()}
        for name in ("config", "credits", "accounts", "harvesters")
    },
}
