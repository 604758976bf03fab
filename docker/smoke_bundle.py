"""Writes runc's config.json for a container of the image, run as compose.yaml says.

Standard input: {"image": what `buildah inspect` says of it, "compose": compose.yaml, "spec": what
`runc spec` writes}. Arguments: the root file system, the folder for each mount as TARGET=SOURCE,
then `--` and the command's words. Prints the configuration. What it does not know in compose.yaml
it refuses, so that nothing there goes untried by silence.
"""

import json
import sys

# An engine's own matters: nothing of a container's configuration comes of them.
ENGINE = {"image", "build", "ports", "environment", "restart", "healthcheck"}
KNOWN = ENGINE | {"volumes", "read_only", "tmpfs", "cap_drop", "security_opt", "pids_limit"}

rest = sys.argv[1:]
root, folders, words = (
    rest[0],
    dict(word.split("=", 1) for word in rest[1 : rest.index("--")]),
    rest[rest.index("--") + 1 :],
)
given = json.load(sys.stdin)
image, spec = given["image"]["Docker"]["config"], given["spec"]
service = given["compose"]["services"]["policy-search"]
if unknown := set(service) - KNOWN:
    sys.exit(f"compose.yaml: {', '.join(sorted(unknown))}: unknown to {__file__}")
if service["cap_drop"] != ["ALL"] or service["security_opt"] != ["no-new-privileges:true"]:
    sys.exit("compose.yaml: expected cap_drop ALL and no-new-privileges")
if service["healthcheck"]["test"] != image["Healthcheck"]["Test"]:
    sys.exit("compose.yaml and the Dockerfile have different health checks")

user, group = image["User"].split(":")
process = spec["process"]
process |= {
    "terminal": False,
    "args": [*image["Entrypoint"], *(words or image["Cmd"])],
    "env": image["Env"],
    "cwd": "/",
    "user": {"uid": int(user), "gid": int(group)},
    "capabilities": {kind: [] for kind in process["capabilities"]},
    "noNewPrivileges": True,
}
if words[:1] == ["--entrypoint"]:  # the words are the whole command
    process["args"] = words[1:]
spec["root"] = {"path": root, "readonly": service["read_only"]}
spec["linux"]["resources"]["pids"] = {"limit": service["pids_limit"]}
for entry in service["tmpfs"]:
    target, _, options = entry.partition(":")
    spec["mounts"].append(
        {
            "type": "tmpfs",
            "source": "tmpfs",
            "destination": target,
            "options": options.split(","),
        }
    )
for volume in service["volumes"]:
    spec["mounts"].append(
        {
            "type": "bind",
            "source": folders[volume["target"]],
            "destination": volume["target"],
            "options": ["rbind", "ro" if volume.get("read_only") else "rw"],
        }
    )
json.dump(spec, sys.stdout, indent=2)
