"""A service in a process of its own, over an index that the small encoder built.

python served.py INDEX: settings come from the environment, as for `policy-search serve`. A question
that says `slowly` takes as many seconds to encode as the variable SLOWLY says; the encoder takes
LOADING seconds to load. With DEAF set, whoever reads standard output is gone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from service.app import create_app
from service.commands.serve import run
from service.logs import set_up_logging
from service.settings import Settings, load_settings
from tests.support.small import CountingEncoder


class SlowEncoder(CountingEncoder):
    def encode_queries(self, texts: Sequence[str]) -> Any:
        if any("slowly" in text for text in texts):
            print("slow question", flush=True)
            time.sleep(float(os.environ["SLOWLY"]))
        return super().encode_queries(texts)


def load(settings: Settings) -> Any:
    time.sleep(float(os.environ.get("LOADING", "0")))
    return SlowEncoder()


if __name__ == "__main__":
    if "DEAF" in os.environ:
        reading, writing = os.pipe()
        os.close(reading)
        os.dup2(writing, 1)
    port = int(os.environ.get("POLICY_SEARCH_PORT", "0"))  # any free one
    settings = load_settings(set_up_logging, index=sys.argv[1], port=port)
    run(create_app(settings, load=load), settings)
