"""What is counted: names kept in rows, Vietnamese titles, the unit counted in, and how values of a window add up."""

from dataclasses import dataclass
from typing import Literal

from publisher.words import _, mark

Kind = Literal["so_far", "event", "level"]


@dataclass(frozen=True)
class Metric:
    """One thing that is counted.

    `so_far`: the running total of one item (views of a post); a window counts what it gained there, so that windows
    add up to the last value. `event`: every value adds up (people at a conference). `level`: the state of an account
    or office (followers, procedures listed): the last value on or before a day counts.
    """

    name: str
    title: str
    measure: str  # the unit counted in; empty where the form decides (tờ, chiếc, cuộc)
    kind: Kind


_ALL = (
    Metric("views", mark("Lượt xem"), "lượt", "so_far"),
    Metric("reach", mark("Người xem"), "người", "so_far"),
    Metric("clicks", mark("Lượt bấm"), "lượt", "so_far"),
    Metric("reactions", mark("Bày tỏ cảm xúc"), "lượt", "so_far"),
    Metric("comments", mark("Bình luận"), "lượt", "so_far"),
    Metric("shares", mark("Chia sẻ"), "lượt", "so_far"),
    Metric("followers", mark("Người theo dõi"), "người", "level"),
    Metric("plays", mark("Lượt phát"), "lượt", "event"),
    Metric("minutes", mark("Thời lượng phát"), "phút", "event"),
    Metric("events", mark("Số lần thực hiện"), "", "event"),
    Metric("attendees", mark("Người tham dự"), "lượt người", "event"),
    Metric("copies", mark("Số bản, số chiếc"), "", "event"),
    Metric("documents", mark("Văn bản"), "văn bản", "event"),
    Metric("models", mark("Mô hình, điển hình giới thiệu"), "mô hình", "event"),
    Metric("calls", mark("Cuộc gọi đường dây nóng"), "cuộc gọi", "event"),
    Metric("received", mark("Phản ánh tiếp nhận"), "phản ánh", "event"),
    Metric("answered", mark("Phản ánh đã xử lý"), "phản ánh", "event"),
    Metric("on_time", mark("Phản ánh xử lý đúng hạn"), "phản ánh", "event"),
    Metric("published", mark("Trả lời đã công khai"), "phản ánh", "event"),
    Metric("tthc_new", mark("TTHC ban hành mới"), "TTHC", "event"),
    Metric("tthc_amended", mark("TTHC sửa đổi"), "TTHC", "event"),
    Metric("tthc_supplemented", mark("TTHC bổ sung"), "TTHC", "event"),
    Metric("tthc_repealed", mark("TTHC bãi bỏ"), "TTHC", "event"),
    Metric("tthc_replaced", mark("TTHC thay thế"), "TTHC", "event"),
    Metric("tthc_listed", mark("TTHC đang niêm yết"), "TTHC", "level"),
    Metric("surveys", mark("Phiếu khảo sát"), "phiếu", "event"),
    Metric("satisfied", mark("Phiếu hài lòng"), "phiếu", "event"),
    Metric("parcels", mark("Hồ sơ qua bưu chính"), "hồ sơ", "event"),
    Metric("cost", mark("Kinh phí"), "đồng", "event"),
    Metric("reached", mark("Người được tiếp cận (ước tính)"), "người", "event"),
)
METRICS = {metric.name: metric for metric in _ALL}
LEVELS = tuple(metric.name for metric in _ALL if metric.kind == "level")


def title(name: str) -> str:
    """Return a metric's name as people read it; one that another package's channel counts keeps its own."""
    return _(METRICS[name].title) if name in METRICS else name


def kind(name: str) -> Kind:
    """Return how a metric's values add up; what an outlet counts is a running total unless known otherwise."""
    return METRICS[name].kind if name in METRICS else "so_far"


SOURCES = {
    "measured": mark("Đo được"),
    "reported": mark("Báo cáo"),
    "estimated": mark("Ước tính"),
    "sample": mark("Số liệu mẫu"),
}


def source_title(name: str) -> str:
    """Return how a number is known, as people read it."""
    return _(SOURCES[name])
