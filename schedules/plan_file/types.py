"""The kinds of value in a plan file: checked text, codes from the shared lists, dates and cadences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from schedules import periods
from schedules.cadence import CadenceError, parse
from schedules.plan_file import words
from schedules.plan_file.cadence_schema import CADENCE_SCHEMA

# Complaints of type OWN carry a finished Vietnamese sentence; for an unknown code the checker makes one.
OWN, UNKNOWN_CODE = "plan", "plan_code"
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks text that must be one of a list of codes; `noun` names the list in Vietnamese."""

    noun: str
    codes: tuple[str, ...]

    def check(self, value: str | None) -> str | None:
        """The code itself, or None for a key not written; refuses an unknown code."""
        if value is None or value in self.codes:
            return value
        raise PydanticCustomError(UNKNOWN_CODE, "unknown code", {"noun": self.noun, "codes": self.codes})

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.codes)}


def _distinct(codes: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise PydanticCustomError(OWN, "“{code}” ghi hai lần trong danh sách. Hãy giữ lại một.", {"code": code})
        seen.add(code)
    return codes


def _cadence(spec: Mapping[str, object]) -> Mapping[str, object]:
    weekly = spec.get("weekly")
    clocks = [spec.get("times"), weekly.get("times") if isinstance(weekly, Mapping) else None]
    for times in clocks:
        # The parser takes a number for what YAML 1.1 makes of an unquoted 16:45; in a plan file it is a slip.
        if isinstance(times, list) and any(not isinstance(clock, str) for clock in times):
            raise PydanticCustomError(OWN, "Khóa 'times' phải ghi giờ dạng \"05:15\". Hãy sửa lại.")
    try:
        parse(spec)
    except CadenceError as error:
        raise PydanticCustomError(OWN, "{why}", {"why": str(error)}) from None
    return spec


Distinct = AfterValidator(_distinct)
Unique = Field(json_schema_extra={"uniqueItems": True})

Text = Annotated[str, Field(pattern=r"\S", max_length=2000)]
Ident = Annotated[str, Field(pattern=r"^\S{3,60}$")]
PLAN_CODE = r"^[A-Z][A-Z0-9.-]{1,19}$"
PlanCode = Annotated[str, Field(pattern=PLAN_CODE)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
_YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
_DAY = {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
Day = Annotated[date, WithJsonSchema(_DAY)]
# None stands for a key that is not written; a key written without a value is a fault, so null is no type here.
MaybeYear = Annotated[int | None, Field(ge=FIRST_YEAR, le=LAST_YEAR), WithJsonSchema(_YEAR)]
MaybeDay = Annotated[date | None, WithJsonSchema(_DAY)]
MaybeNumber = Annotated[float | None, Field(ge=0), WithJsonSchema({"type": "number", "minimum": 0})]

KindCode = Annotated[str, OneOf("loại đơn vị", tuple(words.UNIT_KINDS))]
FamilyCode = Annotated[str, OneOf("họ văn bản", tuple(words.FAMILIES))]
EditionCode = Annotated[str, OneOf("bộ chủ đề", tuple(words.THEMES))]
TargetKindCode = Annotated[str, OneOf("loại chỉ tiêu", tuple(words.TARGET_KINDS))]
MaybeCalendar = Annotated[str | None, OneOf("lịch báo cáo", tuple(periods.PRESETS))]
ThemeCode = Annotated[str, OneOf("chủ đề", words.THEME_CODES)]
TagCode = Annotated[str, OneOf("nhãn", tuple(words.TAGS))]
FormCode = Annotated[str, OneOf("hình thức tuyên truyền", words.FORM_CODES)]
ChannelCode = Annotated[str, OneOf("kênh", tuple(words.CHANNELS))]
AudienceCode = Annotated[str, OneOf("đối tượng", tuple(words.AUDIENCES))]

Themes = Annotated[tuple[ThemeCode, ...], Distinct, Unique]
Tags = Annotated[tuple[TagCode, ...], Distinct, Unique]
Forms = Annotated[tuple[FormCode, ...], Distinct, Unique]
Channels = Annotated[tuple[ChannelCode, ...], Distinct, Unique]
Audiences = Annotated[tuple[AudienceCode, ...], Distinct, Unique]
CadenceSpec = Annotated[Mapping[str, object], AfterValidator(_cadence), WithJsonSchema(CADENCE_SCHEMA)]
