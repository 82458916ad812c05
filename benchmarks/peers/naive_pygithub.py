"""``python naive_pygithub.py URL``: what one writes first with PyGithub; prints counts by kind."""

import json
import sys

from github import Auth, Github


def main(url: str) -> None:
    """Ask for every merged pull request with all that belongs to it."""
    github = Github(base_url=url, auth=Auth.Token("t"), seconds_between_requests=None)
    changes = reviews = comments = 0
    for pull in github.get_repo("lab/vision").get_pulls(state="closed"):
        if not pull.merged:
            continue
        changes += 1
        reviews += sum(1 for review in pull.get_reviews() if review.user)
        comments += sum(1 for remark in pull.get_review_comments() if remark.user)
        for _ in (*pull.get_issue_comments(), *pull.get_commits(), *pull.get_files()):
            pass
    json.dump({"change": changes, "review": reviews, "comment": comments}, sys.stdout)


main(sys.argv[1])
