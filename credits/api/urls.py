"""Addresses of API v1. Mounted at the root of the site."""

from django.urls import path, re_path

from credits.api import contributions, docs, open_badges, verification, views

urlpatterns = [
    path("api/docs/", docs.docs, name="api-docs"),
    path("api/docs/problems", docs.problems, name="api-problems"),
    path("api/v1/openapi.json", docs.schema, name="api-schema"),
    path("api/v1/certificates", views.CertificatesView.as_view(), name="api-certificates"),
    path(
        "api/v1/certificates/<slug:code>",
        views.CertificateView.as_view(),
        name="api-certificate",
    ),
    path(
        "api/v1/contributions", contributions.ContributionsView.as_view(), name="api-contributions"
    ),
    path(
        "api/v1/contributions/<int:pk>/explanation",
        contributions.ExplanationView.as_view(),
        name="api-explanation",
    ),
    path("api/v1/applications", views.ApplicationsView.as_view(), name="api-applications"),
    path("api/v1/recognitions", views.RecognitionsView.as_view(), name="api-recognitions"),
    path("api/v1/recognitions/<int:pk>", views.RecognitionView.as_view(), name="api-recognition"),
    path(
        "api/v1/acknowledgements",
        views.AcknowledgementsView.as_view(),
        name="api-acknowledgements",
    ),
    path("api/v1/credit-policies", views.PoliciesView.as_view(), name="api-credit-policies"),
    path("api/v1/institutions/me", views.OwnInstitutionView.as_view(), name="api-own-institution"),
    path("api/v1/verify", verification.VerifyView.as_view(), name="api-verify"),
    path("ims/ob/v3p0/credentials", open_badges.CredentialsView.as_view(), name="ob-credentials"),
    path("ims/ob/v3p0/profile", open_badges.ProfileView.as_view(), name="ob-profile"),
    path("ims/ob/v3p0/discovery", open_badges.DiscoveryView.as_view(), name="ob-discovery"),
    re_path(r"^ims/ob/v3p0/", open_badges.NothingView.as_view(), name="ob-nothing"),
    re_path(r"^api/v1/", views.NowhereView.as_view(), name="api-nowhere"),
]
