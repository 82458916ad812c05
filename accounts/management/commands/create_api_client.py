"""Let a machine of an institution use the API."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.api import TOKEN_PATH
from accounts.clients import REGISTRAR_SCOPES, create_api_client
from accounts.models import Institution
from accounts.services import AccountsError

EXAMPLES = """examples:
  opencredits create_api_client example-university --label "Student system"
  opencredits create_api_client example-university --label Reports --scope certificates:read
"""


class Command(BaseCommand):
    help = "Makes an API client for an institution and prints its secret, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXAMPLES
        parser.add_argument("institution", help="the institution's short name (slug)")
        parser.add_argument("--label", required=True, help="what the machine is, for people")
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            metavar="SCOPE",
            help=f"may be repeated; default: {' '.join(REGISTRAR_SCOPES)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["institution"]
        institution = Institution.objects.filter(slug=slug).first()
        if institution is None:
            known = ", ".join(Institution.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no institution {slug!r}. Known: {known}.")
        try:
            _client, client_id, secret = create_api_client(
                institution,
                label=options["label"],
                scopes=options["scopes"] or REGISTRAR_SCOPES,
                now=timezone.now(),
            )
        except AccountsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client id      {client_id}")
        self.stdout.write(f"client secret  {secret}")
        self.stdout.write("The secret is not stored and cannot be shown again. Get a token with:")
        self.stdout.write(
            f"  curl -u '{client_id}:{secret}' "
            f"-d grant_type=client_credentials BASE_ADDRESS{TOKEN_PATH}"
        )
