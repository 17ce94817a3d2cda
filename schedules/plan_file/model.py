"""What a plan file holds, as frozen dataclasses; the published schema and the checker are made from them.

A key that is not written is "" (text), () (a list) or None (a number, a date, a calendar). Where the key of the file is
a word Python keeps for itself, the attribute has another name: `from`/`to` of years are first/last, of a
report sender/recipient, `with` is partners, `date` is issued_on or day.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from schedules.plan_file.types import (
    Audiences,
    CadenceSpec,
    Channels,
    Day,
    EditionCode,
    FamilyCode,
    Forms,
    Ident,
    KindCode,
    MaybeCalendar,
    MaybeDay,
    MaybeNumber,
    MaybeYear,
    PlanCode,
    Tags,
    TargetKindCode,
    Text,
    Themes,
    Year,
)

# By name too, for plans made in Python; a file is read by its own keys alone.
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, validate_by_name=True, validate_by_alias=True)
UNSPECIFIED: Mapping[str, object] = {"unspecified": True}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Issuer:
    """The office that issued the plan."""

    name: Text = Field(description="tên đầy đủ của cơ quan ban hành")
    short_name: Text = Field(description="tên viết tắt của cơ quan")
    kind: KindCode = Field(description="loại đơn vị")
    place: Text = Field(description="địa danh ghi trên văn bản")
    parent: str = Field(default="", description="cơ quan cấp trên")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Document:
    """The document the plan was issued as; without number and date while it is a draft."""

    kind: Text = Field(description="loại văn bản, ví dụ Kế hoạch, Hướng dẫn")
    number: str = Field(default="", description="số và ký hiệu, ví dụ 21/KH-UBND")
    issued_on: MaybeDay = Field(default=None, validation_alias="date", description="ngày ban hành")
    based_on: tuple[Text, ...] = Field(default=(), description="các văn bản làm căn cứ")
    uncertain: str = Field(default="", description="điều còn chưa chắc chắn")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Years:
    """The years a plan runs, both included."""

    first: Year = Field(validation_alias="from", description="năm đầu")
    last: Year = Field(validation_alias="to", description="năm cuối")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Section:
    """A heading of the task table."""

    code: Text = Field(description="số mục, ví dụ II.1")
    title: Text = Field(description="tên mục")
    uncertain: str = Field(default="", description="điều còn chưa chắc chắn")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Item:
    """One requirement of the document and the codes it is found by."""

    id: Ident = Field(description="mã riêng, bắt đầu bằng mã kế hoạch, ví dụ CL22-P1")
    text: Text = Field(description="nội dung")
    section: str = Field(default="", description="mục trong văn bản")
    themes: Themes = Field(default=(), description="chủ đề cải cách hành chính")
    tags: Tags = Field(default=(), description="nhãn")
    forms: Forms = Field(default=(), description="hình thức tuyên truyền")
    channels: Channels = Field(default=(), description="kênh phát hành")
    audiences: Audiences = Field(default=(), description="đối tượng")
    uncertain: str = Field(default="", description="điều còn chưa chắc chắn khi đọc văn bản")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Task(Item):
    """A row of the task table, or an organisational duty; `cadence` is read by schedules.cadence.parse."""

    row: str = Field(default="", description="số dòng trong bảng nhiệm vụ, đặt trong dấu nháy")
    lead: Text = Field(description="đơn vị chủ trì")
    partners: tuple[Text, ...] = Field(default=(), validation_alias="with", description="các đơn vị phối hợp")
    cadence: CadenceSpec = Field(description="chu kỳ thực hiện")
    deadline: str = Field(default="", description="thời hạn, đúng như văn bản ghi")


def _percent_rules(schema: dict[str, Any]) -> None:
    most = {"maximum": 100}
    schema["allOf"] = [
        {
            "if": {"properties": {"unit": {"const": "%"}}, "required": ["unit"]},
            "then": {
                "properties": {"at_least": most, "at_most": most, "value": most},
                "required": ["numerator", "denominator"],
            },
        },
        {
            "if": {"properties": {"kind": {"const": "ratio"}}},
            "then": {
                "properties": {"unit": {"const": "%"}},
                "required": ["unit"],
                "anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}, {"required": ["value"]}],
            },
        },
        {"if": {"properties": {"kind": {"const": "range"}}}, "then": {"required": ["at_least", "at_most"]}},
        {
            "if": {"properties": {"kind": {"enum": ["count", "rank"]}}},
            "then": {"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}, {"required": ["value"]}]},
        },
        {
            "if": {"properties": {"kind": {"enum": ["quality", "none"]}}},
            "then": {"properties": {"at_least": False, "at_most": False, "value": False}},
        },
    ]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(**STRICT, json_schema_extra=_percent_rules))
class Target(Item):
    """A number to reach; percentages are 0–100 with unit "%", a rank of 1 is the best."""

    kind: TargetKindCode = Field(description="loại chỉ tiêu")
    at_least: MaybeNumber = Field(default=None, description="tối thiểu")
    at_most: MaybeNumber = Field(default=None, description="tối đa")
    value: MaybeNumber = Field(default=None, description="giá trị phải đạt")
    unit: str = Field(default="", description="đơn vị tính")
    numerator: str = Field(default="", description="tử số: cái gì được đếm")
    denominator: str = Field(default="", description="mẫu số: trên tổng nào")
    source: str = Field(default="", description="nguồn số liệu, minh chứng")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Due:
    """A due date that the document itself gives."""

    period: Text = Field(description="kỳ báo cáo, ví dụ Quý I")
    day: Day = Field(validation_alias="date", description="hạn nộp")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Report:
    """A duty to report; `calendar` is a preset of schedules.periods, None where the document fixes no periods."""

    id: Ident = Field(description="mã riêng, bắt đầu bằng mã kế hoạch, ví dụ CL22-R1")
    section: str = Field(default="", description="mục trong văn bản")
    sender: Text = Field(validation_alias="from", description="đơn vị báo cáo")
    recipient: Text = Field(validation_alias="to", description="đơn vị nhận báo cáo")
    calendar: MaybeCalendar = Field(default=None, description="lịch báo cáo có sẵn")
    cadence: CadenceSpec = Field(default_factory=lambda: UNSPECIFIED, description="chu kỳ, nếu không theo lịch có sẵn")
    periods: Text = Field(description="các kỳ, đúng như văn bản ghi")
    due: tuple[Due, ...] = Field(default=(), description="hạn nộp từng kỳ")
    deadline: str = Field(default="", description="thời hạn, đúng như văn bản ghi")
    content: Text = Field(description="nội dung báo cáo")
    means: str = Field(default="", description="cách gửi")
    uncertain: str = Field(default="", description="điều còn chưa chắc chắn khi đọc văn bản")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PlanFile:
    """A publicity plan as its file tells it."""

    format: Literal[1] = Field(description="phiên bản định dạng, hiện là 1")
    code: PlanCode = Field(description="mã kế hoạch: chữ in hoa không dấu và số, ví dụ CL22")
    title: Text = Field(description="tên kế hoạch")
    family: FamilyCode = Field(description="họ văn bản: state là cơ quan nhà nước, union là công đoàn")
    theme_edition: EditionCode = Field(default="NQ76", description="bộ chủ đề: NQ76 hoặc NQ30c")
    issuer: Issuer = Field(description="cơ quan ban hành")
    document: Document = Field(description="văn bản ban hành")
    years: Years = Field(description="các năm thực hiện")
    slogan: str = Field(default="", description="chủ đề năm, phương châm")
    sections: tuple[Section, ...] = Field(default=(), description="các mục của bảng nhiệm vụ")
    purposes: tuple[Item, ...] = Field(default=(), description="mục đích, yêu cầu")
    themes: tuple[Item, ...] = Field(default=(), description="nội dung tuyên truyền")
    forms: tuple[Item, ...] = Field(default=(), description="hình thức tuyên truyền")
    audiences: tuple[Item, ...] = Field(default=(), description="đối tượng tuyên truyền")
    tasks: tuple[Task, ...] = Field(default=(), description="nhiệm vụ")
    duties: tuple[Task, ...] = Field(default=(), description="trách nhiệm tổ chức thực hiện")
    targets: tuple[Target, ...] = Field(default=(), description="chỉ tiêu")
    reports: tuple[Report, ...] = Field(default=(), description="chế độ báo cáo")
    redated_from: MaybeYear = Field(default=None, description="năm của kế hoạch gốc, khi kế hoạch được dời năm")

    def items(self) -> Iterator[Item]:
        """Everything with an id but the reports, in the order of the file's format."""
        for group in (self.purposes, self.themes, self.forms, self.audiences):
            yield from group
        yield from self.tasks
        yield from self.duties
        yield from self.targets

    def ids(self) -> tuple[str, ...]:
        """The ids of all items and reports."""
        return (*(item.id for item in self.items()), *(report.id for report in self.reports))
