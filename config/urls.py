"""Every address of the site."""

from django.urls import include, path

from config import health, views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("operate", views.operations, name="operations"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("harvesters.urls")),
    path("", include("accounts.urls")),
    path("", include("credits.urls")),
    path("", include("credits.api.urls")),
    # Last: some of its addresses have a view of ours around them.
    path("", include("allauth.idp.urls")),
]
