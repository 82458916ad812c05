"""``python perceval_default.py URL``: Perceval as it is, in an environment of its own."""

import sys

from perceval.backends.core.github import GitHub


def main(url: str) -> None:
    """Fetch every pull request; Perceval tells no sizes of files."""
    backend = GitHub("lab", "vision", api_token=["t"], base_url=url)
    items = 0
    for told in backend.fetch(category="pull_request"):
        data = told["data"]
        items += 1 + len(data["reviews_data"]) + len(data["review_comments_data"])
    sys.stdout.write(str(items))


main(sys.argv[1])
