"""Whether the service in this container answers searches: exit code 0, or 1 and the reason."""

import http.client
import os
import sys

host = os.environ.get("POLICY_SEARCH_HOST") or "127.0.0.1"
host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
port = os.environ.get("POLICY_SEARCH_PORT") or "8080"
try:
    connection = http.client.HTTPConnection(host, int(port), timeout=4)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
except (OSError, ValueError, http.client.HTTPException) as error:
    sys.exit(f"no answer from {host}, port {port}: {error}")
if answer.status != http.client.OK:
    sys.exit(text)
