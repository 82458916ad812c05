"""``python -m config``: what the command ``opencredits`` runs."""

from config.cli import main

main()
