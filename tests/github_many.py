"""A GitHub with several repositories."""

from dataclasses import replace

from tests.github_nodes import Change, account
from tests.github_world import GitHubWorld
from tests.simulator import Reply

LI = account(101, "liming")


class Many:
    """A GitHub with several repositories; all but the asked one are of the same world."""

    def __init__(self, count):
        self.worlds = [
            GitHubWorld([Change(1, LI)], path=f"lab/r{number}", number=number)
            for number in range(1, count + 1)
        ]

    def world_of(self, node):
        return next((one for one in self.worlds if one.node_id == node), self.worlds[0])

    def __call__(self, request):
        asked = (request.body or {}).get("variables", {})
        if "ids" not in asked:
            number = request.path.split("/")[2] if request.body is None else ""
            node = f"R_{number}" if number else asked.get("repository", "")
            return self.world_of(node)(request)
        replies = [
            self.world_of(node)(
                replace(request, body={**request.body, "variables": {"ids": [node]}})
            ).json()
            for node in asked["ids"]
        ]
        errors = [
            {**error, "path": ["nodes", place]}
            for place, reply in enumerate(replies)
            for error in reply.get("errors", ())
        ]
        told = {"data": {"nodes": [reply["data"]["nodes"][0] for reply in replies]}}
        return Reply.of(told | ({"errors": errors} if errors else {}))
