"""``python perceval_default.py URL``: Perceval as it is; prints counts by kind."""

import json
import sys

from perceval.backends.core.github import GitHub


def main(url: str) -> None:
    """Fetch every pull request; Perceval tells no sizes of files."""
    backend = GitHub("lab", "vision", api_token=["t"], base_url=url)
    changes = reviews = comments = 0
    for told in backend.fetch(category="pull_request"):
        data = told["data"]
        changes += 1
        reviews += len(data["reviews_data"])
        comments += len(data["review_comments_data"])
    json.dump({"change": changes, "review": reviews, "comment": comments}, sys.stdout)


main(sys.argv[1])
