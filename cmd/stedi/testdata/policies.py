"""Says what parliament and policy-sentry find in IAM policies.

    policies.py FILE...

A file is named after the identity whose policy it is. Nothing is printed if all is well.
"""

import json
import pathlib
import sys

import parliament
from policy_sentry.querying.actions import get_action_data

LEVELS = {
    "preview": {"Read", "List", "Write"},
    "run": {"Read", "List", "Write"},
    "boundary": {"Read", "List", "Write"},
    "deploy": {"Read", "List", "Write", "Permissions management"},
}


def sentry(identity, policy):
    for statement in policy["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            service, name = action.split(":")
            known = get_action_data(service, name)
            if not known:
                yield f"{action} does not exist"
                continue
            kinds = known[service]
            if kinds[0]["access_level"] not in LEVELS[identity]:
                yield f"{action} has the access level {kinds[0]['access_level']}"
            if resources in ("*", ["*"]) and any(k["resource_arn_format"] != "*" for k in kinds):
                yield f"{action} is allowed on all resources, and could be on some"


def main(files):
    for name in files:
        path = pathlib.Path(name)
        text = path.read_text()
        for finding in parliament.analyze_policy_string(text).findings:
            print(f"{path.stem}: parliament: {finding.issue}: {finding.detail} {finding.location}")
        for finding in sentry(path.stem, json.loads(text)):
            print(f"{path.stem}: policy-sentry: {finding}")


if __name__ == "__main__":
    main(sys.argv[1:])
