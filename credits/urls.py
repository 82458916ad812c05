"""Addresses of the pages. They are promises to others: add freely, rename none."""

from django.conf import settings
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from accounts.api import TOKEN_PATH
from credits.core.openid4vci import well_known
from credits.views import (
    bots,
    certificate_files,
    certificate_life,
    certificates,
    claim_imports,
    claims,
    coursework,
    dispute_decisions,
    disputes,
    endorsements,
    explanations,
    integrity,
    log,
    maintainer,
    notices,
    project_claims,
    public,
    rule_editor,
    rule_sets,
    sharing,
    student,
    teacher,
    university,
    verification,
    wallet_protocol,
    wallets,
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
    path("c/<str:code>.pdf", certificate_files.pdf, name="certificate-pdf"),
    path("c/<str:code>/share.png", certificate_files.share, name="certificate-picture"),
    path("c/<str:code>/badge.svg", certificate_files.badge, name="certificate-badge"),
    path("c/<str:code>/log.tlog-proof", log.certificate_proof, name="certificate-tlog-proof"),
    path("c/<str:code>.json", verification.certificate_json, name="certificate-json"),
    path("c/<str:code>.jwt", verification.certificate_jwt, name="certificate-jwt"),
    path("c/<str:code>.png", verification.certificate_png, name="certificate-png"),
    path("c/<str:code>.svg", verification.certificate_svg, name="certificate-svg"),
    path("c/<str:code>", verification.certificate, name="certificate"),
    path("s/<str:token>.json", sharing.shared_json, name="shared-json"),
    path("s/<str:token>", sharing.shared, name="shared"),
    path(
        "rules/<slug:slug>/v<version:version>.toml", public.rule_set_source, name="rule-set-source"
    ),
    path("rules/<slug:slug>/v<version:version>", public.rule_set, name="rule-set"),
    path("rules/reference", public.rule_reference, name="rule-reference"),
    path("projects/<slug:slug>", public.project, name="project"),
    path("log", log.log, name="log"),
    path("log/checkpoint", log.log_checkpoint, name="log-checkpoint"),
    path("log/tile/<path:address>", log.log_tile, name="log-tile"),
    path("status/<int:number>", verification.status_list, name="status-list"),
    path("status/<int:number>/suspension", verification.suspension_list, name="suspension-list"),
    path(".well-known/did.json", verification.did, name="did-document"),
    path("i/<slug:slug>/did.json", verification.institution_did, name="institution-did-document"),
]

protocols = [
    path(
        well_known("openid-credential-issuer", settings.BASE_URL)[1:],
        wallet_protocol.issuer_metadata,
        name="wallet-issuer",
    ),
    path(
        well_known("oauth-authorization-server", settings.BASE_URL)[1:],
        wallet_protocol.server_metadata,
        name="wallet-server",
    ),
    # Around allauth's view of the same address.
    path(TOKEN_PATH[1:], wallet_protocol.token, name="wallet-token"),
    path("wallet", wallets.about, name="wallet-about"),
    path("wallet/offers/<str:handle>", wallet_protocol.offer, name="wallet-offer"),
    path("wallet/nonce", wallet_protocol.nonce, name="wallet-nonce"),
    path("wallet/credential", wallet_protocol.credential, name="wallet-credential"),
]

students = [
    path("me", student.overview, name="overview"),
    path("me/harvest", student.overview_harvest, name="overview-harvest"),
    path("me/contributions", student.contributions, name="contributions"),
    path("me/contributions/missing", explanations.missing, name="missing"),
    path("contributions/<int:pk>/", explanations.contribution, name="contribution"),
    path("me/certificates", certificates.certificates, name="certificates"),
    path("me/certificates/new", certificates.certificate_new, name="certificate-new"),
    path("me/certificates/<str:code>/share", sharing.share, name="certificate-share"),
    path("me/certificates/<str:code>/wallet", wallets.wallet, name="certificate-wallet"),
    path(
        "me/certificates/<str:code>/wallet/<int:pk>/log.tlog-proof",
        wallets.proof,
        name="wallet-proof",
    ),
    path("me/shares/<int:pk>/withdraw", sharing.share_withdraw, name="share-withdraw"),
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
    path("me/notices", notices.notices, name="notices"),
    path("me/notices/read", notices.notices_read, name="notices-read"),
    path("me/notices/<int:pk>", notices.notice_open, name="notice-open"),
    path("me/reviews", integrity.own_reviews, name="integrity-reviews"),
    path("me/reviews/<int:pk>", integrity.own_review, name="integrity-review"),
    path("me/disputes", disputes.disputes, name="disputes"),
    path("me/disputes/<int:pk>", disputes.dispute, name="dispute"),
    path("me/disputes/<int:pk>/appeal", disputes.dispute_appeal, name="dispute-appeal"),
    path("me/disputes/<int:pk>/withdraw", disputes.dispute_withdraw, name="dispute-withdraw"),
    path("me/contributions/<int:pk>/dispute", disputes.dispute_new, name="dispute-new"),
    path(
        "me/contributions/<int:pk>/withdraw",
        disputes.contribution_withdraw,
        name="contribution-withdraw",
    ),
    path(
        "me/contributions/<int:pk>/restore",
        disputes.contribution_restore,
        name="contribution-restore",
    ),
]

teachers = [
    path("teacher", teacher.portfolio, name="portfolio"),
    path("teacher/coursework", coursework.coursework, name="coursework"),
    path(
        "teacher/coursework/projects/<slug:slug>", coursework.coursework_ask, name="coursework-ask"
    ),
    path("teacher/coursework/requests", coursework.course_assignments, name="course-assignments"),
    path(
        "teacher/coursework/requests/<int:pk>/withdraw",
        coursework.course_assignment_withdraw,
        name="course-assignment-withdraw",
    ),
]

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
    path("maintain/<slug:slug>/rules", rule_sets.versions, name="maintained-rules"),
    path("maintain/<slug:slug>/rules/new", rule_sets.new_draft, name="maintained-rules-new"),
    path("maintain/<slug:slug>/rules/<int:pk>", rule_sets.version, name="maintained-rule-set"),
    path("maintain/<slug:slug>/rules/<int:pk>/text", rule_sets.text, name="maintained-rule-text"),
    path("maintain/<slug:slug>/rules/<int:pk>/form", rule_editor.form, name="maintained-rule-form"),
    path(
        "maintain/<slug:slug>/rules/<int:pk>/preview",
        rule_sets.preview,
        name="maintained-rule-preview",
    ),
    path(
        "maintain/<slug:slug>/rules/<int:pk>/<slug:name>", rule_sets.act, name="maintained-rule-act"
    ),
    path("maintain/<slug:slug>/bots", bots.maintained_bots, name="maintained-bots"),
    path("maintain/<slug:slug>/bots/<int:pk>", bots.maintained_bot, name="maintained-bot"),
    path(
        "maintain/<slug:slug>/coursework",
        coursework.maintained_coursework,
        name="maintained-coursework",
    ),
    path(
        "maintain/<slug:slug>/coursework/<int:pk>",
        coursework.maintained_assignment,
        name="maintained-assignment",
    ),
    path("maintain/<slug:slug>/reviews", integrity.project_reviews, name="maintained-reviews"),
    path(
        "maintain/<slug:slug>/reviews/<int:pk>", integrity.project_review, name="maintained-review"
    ),
]

judges = [
    path("disputes", dispute_decisions.inbox, name="dispute-inbox"),
    path("disputes/<int:pk>", dispute_decisions.decision, name="dispute-decision"),
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
    path(
        "registrar/recognitions/<int:pk>/keep",
        university.keep,
        name="recognition-keep",
    ),
    path("registrar/policy", university.policy, name="credit-policy"),
]

operators = [
    path(
        "operate/certificates/<str:code>",
        certificate_life.certificate_life,
        name="certificate-life",
    ),
]

urlpatterns = [
    *everybody,
    *protocols,
    *students,
    *teachers,
    *maintainers,
    *judges,
    *registrars,
    *operators,
]
