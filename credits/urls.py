"""Addresses of the pages. They are promises to others: add freely, rename none."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from credits.views import (
    certificates,
    claim_imports,
    claims,
    endorsements,
    maintainer,
    project_claims,
    public,
    student,
    teacher,
    university,
    verification,
)


class VersionConverter(StringConverter):
    """A version as its author wrote it; no text with NUL ever got into the database."""

    regex = "[^/\0]+"


register_converter(VersionConverter, "version")

everybody = [
    path("", public.home, name="home"),
    path("verify", verification.verify, name="verify"),
    path("c/<str:code>/evidence.json", verification.evidence, name="certificate-evidence"),
    path("c/<str:code>/log.json", verification.log_proof, name="certificate-log"),
    path("c/<str:code>.json", verification.certificate_json, name="certificate-json"),
    path("c/<str:code>", verification.certificate, name="certificate"),
    path(
        "rules/<slug:slug>/v<version:version>.toml", public.rule_set_source, name="rule-set-source"
    ),
    path("rules/<slug:slug>/v<version:version>", public.rule_set, name="rule-set"),
    path("projects/<slug:slug>", public.project, name="project"),
    path("log", public.log, name="log"),
    path("log/checkpoint", public.log_checkpoint, name="log-checkpoint"),
    path("status/<int:number>", verification.status_list, name="status-list"),
    path(".well-known/did.json", verification.did, name="did-document"),
]

students = [
    path("me", student.overview, name="overview"),
    path("me/harvest", student.overview_harvest, name="overview-harvest"),
    path("me/contributions", student.contributions, name="contributions"),
    path("me/certificates", certificates.certificates, name="certificates"),
    path("me/certificates/new", certificates.certificate_new, name="certificate-new"),
    path("me/applications", certificates.applications, name="applications"),
    path("me/applications/new", certificates.application_new, name="application-new"),
    path("me/applications/<int:pk>", certificates.application, name="application"),
    path(
        "me/applications/<int:pk>/withdraw",
        certificates.application_withdraw,
        name="application-withdraw",
    ),
    path("me/claims", claims.own_claims, name="claims"),
    path("me/claims/new", claims.claim_new, name="claim-new"),
    path("me/claims/<int:pk>/withdraw", claims.claim_withdraw, name="claim-withdraw"),
    path("me/claims/<int:pk>/mentored", claims.claim_mentored, name="claim-mentored"),
    path("me/claims/<int:pk>/mentee", claims.claim_mentee, name="claim-mentee"),
    path("me/accounts", student.accounts, name="accounts"),
]

teachers = [path("teacher", teacher.portfolio, name="portfolio")]

maintainers = [
    path("maintain", maintainer.maintained, name="maintained"),
    path("maintain/<slug:slug>", maintainer.maintained_project, name="maintained-project"),
    path("maintain/<slug:slug>/sources", maintainer.maintained_sources, name="maintained-sources"),
    path("maintain/<slug:slug>/harvest", maintainer.maintained_harvest, name="maintained-harvest"),
    path("maintain/<slug:slug>/endorse", endorsements.endorse_month, name="endorse"),
    path("maintain/<slug:slug>/endorse/undo", endorsements.endorse_undo, name="endorse-undo"),
    path("maintain/<slug:slug>/claims", project_claims.project_claims, name="project-claims"),
    path(
        "maintain/<slug:slug>/claims/nominate",
        project_claims.claim_nominate,
        name="claim-nominate",
    ),
    path("maintain/<slug:slug>/claims/import", claim_imports.claim_import, name="claim-import"),
]

registrars = [
    path("registrar", university.inbox, name="inbox"),
    path("registrar/applications/<int:pk>", university.review, name="review"),
    path("registrar/recognitions", university.recognitions, name="recognitions"),
    path("registrar/recognitions/<int:pk>/book", university.book, name="recognition-book"),
    path(
        "registrar/recognitions/<int:pk>/reverse",
        university.reverse_booking,
        name="recognition-reverse",
    ),
    path("registrar/policy", university.policy, name="credit-policy"),
]

urlpatterns = [*everybody, *students, *teachers, *maintainers, *registrars]
