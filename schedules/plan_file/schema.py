"""The published description of the plan format, JSON Schema 2020-12, made from the same types that check it.

`python -m schedules.plan_file.schema` writes plans/plan.schema.json anew after a change of the format.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from schedules.plan_file.model import PlanFile

SCHEMA_PATH = Path(__file__).parent.parent / "plans" / "plan.schema.json"


@cache
def schema() -> dict[str, Any]:
    """The schema as plain data; rules that span entries (ids, dates, years) are in schedules.plan_file.rules."""
    made = TypeAdapter(PlanFile).json_schema(by_alias=True, mode="validation")
    for entry in (made, *made["$defs"].values()):
        # Titles made from Python names and docstrings for developers say nothing to an office.
        entry.pop("title", None)
        entry.pop("description", None)
        for field in entry["properties"].values():
            field.pop("title", None)
            if field.get("default", "") in (None, "", []):
                field.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:publisher:plan:1",
        **made,
        "title": "Kế hoạch tuyên truyền cải cách hành chính",
        "description": "Tệp kế hoạch, định dạng 1, viết bằng YAML với bảng mã UTF-8.",
    }


def schema_text() -> str:
    """The schema as the text of the published file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8", newline="\n")
