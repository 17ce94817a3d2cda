"""One engine in a process of its own: `python -m tests.bench.engines VERB '{"home": …, "count": …, "address": …}'`.

Prints what it measured as one line of JSON.
"""

import importlib
import json
import os
import sys
from pathlib import Path

# Verb: module and function; loaded when asked for, so that no engine carries the memory of another.
VERBS = {
    "prepare_ours": ("office", "prepare"),
    "ours": ("office", "run"),
    "idle": ("office", "idle"),
    "worker": ("office", "work"),
    "span": ("office", "span"),
    "recorded_ours": ("office", "recorded"),
    "recorded": ("peers", "recorded"),
    "prepare_naive": ("naive", "prepare"),
    "naive": ("naive", "run"),
    "prepare_huey": ("peers", "prepare_huey"),
    "huey": ("peers", "huey"),
    "prepare_plain": ("peers", "prepare_plain"),
    "plain": ("peers", "plain"),
    "bare": ("peers", "bare"),
}

if __name__ == "__main__":
    options = json.loads(sys.argv[2])
    options["home"] = Path(options["home"])
    module, function = VERBS[sys.argv[1]]
    found = getattr(importlib.import_module(f"tests.bench.{module}"), function)(**options)
    print(json.dumps(found), flush=True)
    os._exit(0)  # a peer's threads may outlive their stop
