"""The thirty lines of the statistical table of a publicity report, and which rows of the ledger each is made from.

Lines with a letter break one line down where it counts unlike things (events and people, kinds of change).
"""

from dataclasses import dataclass
from typing import Literal

from publisher.words import mark

Rule = Literal["sum", "last", "ratio"]


@dataclass(frozen=True)
class Atom:
    """One source of a line: published items of a channel, or a metric of the ledger in some channels or forms.

    `metric` "landed" counts published items. Without channels and forms a metric counts wherever it was logged;
    `loose` takes only what was logged for the unit as a whole.
    """

    metric: str
    channels: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    loose: bool = False


@dataclass(frozen=True)
class Row:
    """A line: what it is called, counted in, how it adds up; a ratio has the atoms of its part and of its whole."""

    key: str
    title: str
    measure: str
    atoms: tuple[Atom, ...] = ()
    of: tuple[Atom, ...] = ()
    rule: Rule = "sum"
    scale: int = 1  # stored values per unit shown: đồng in a million đồng
    special: str = ""  # worked out from plans and reports instead of the ledger


def _events(*forms: str) -> Atom:
    return Atom("events", forms=forms)


_SOCIAL = ("facebook", "zalo")
_CONTESTS = ("thi_tim_hieu", "thi_viet", "hoi_thi")

ROWS: tuple[Row, ...] = (
    Row("1", mark("Văn bản kế hoạch, hướng dẫn, chỉ đạo tuyên truyền đã ban hành"), mark("văn bản"),
        (Atom("documents", loose=True),)),
    Row("2", mark("Tin, bài trên cổng, trang thông tin điện tử"), mark("tin, bài"),
        (Atom("landed", ("portal",)), _events("portal", "trang_xa_phuong"))),
    Row("3", mark("Lượt xem tin, bài trên cổng, trang thông tin điện tử"), mark("lượt"), (Atom("views", ("portal",)),)),
    Row("4", mark("Văn bản quy phạm pháp luật, văn bản chỉ đạo được đăng tải"), mark("văn bản"),
        (Atom("documents", forms=("dang_van_ban",)),)),
    Row("5a", mark("Thủ tục hành chính đang niêm yết, công khai"), mark("TTHC"), (Atom("tthc_listed"),), rule="last"),
    Row("5b", mark("Thủ tục hành chính cập nhật: ban hành mới"), mark("TTHC"), (Atom("tthc_new"),)),
    Row("5c", mark("Thủ tục hành chính cập nhật: sửa đổi"), mark("TTHC"), (Atom("tthc_amended"),)),
    Row("5d", mark("Thủ tục hành chính cập nhật: bổ sung"), mark("TTHC"), (Atom("tthc_supplemented"),)),
    Row("5đ", mark("Thủ tục hành chính cập nhật: bãi bỏ"), mark("TTHC"), (Atom("tthc_repealed"),)),
    Row("5e", mark("Thủ tục hành chính cập nhật: thay thế"), mark("TTHC"), (Atom("tthc_replaced"),)),
    Row("6", mark("Bài đăng trên trang Facebook"), mark("bài"),
        (Atom("landed", ("facebook",)), _events("fanpage", "mang_xa_hoi"))),
    Row("7", mark("Tin, bài gửi qua Zalo"), mark("tin, bài"), (Atom("landed", ("zalo",)), _events("zalo"))),
    Row("8a", mark("Lượt xem trên mạng xã hội"), mark("lượt"), (Atom("views", _SOCIAL),)),
    Row("8b", mark("Người tiếp cận trên mạng xã hội"), mark("người"), (Atom("reach", _SOCIAL),)),
    Row("8c", mark("Lượt tương tác trên mạng xã hội (cảm xúc, bình luận, chia sẻ)"), mark("lượt"),
        (Atom("reactions", _SOCIAL), Atom("comments", _SOCIAL), Atom("shares", _SOCIAL))),
    Row("9", mark("Tin, bài, chương trình, chuyên mục phát thanh, truyền thanh"), mark("tin, chương trình"),
        (Atom("landed", ("radio",)), _events("truyen_thanh", "phat_thanh"))),
    Row("10", mark("Lượt phát trên hệ thống truyền thanh"), mark("lượt"), (Atom("plays", ("radio",)),)),
    Row("11", mark("Thời lượng phát"), mark("phút"), (Atom("minutes", ("radio",)),)),
    Row("12", mark("Tin, bài, phóng sự trên báo, đài"), mark("tin, bài"), (_events("bao_chi", "truyen_hinh"),)),
    Row("13", mark("Họp báo, thông cáo, trả lời phỏng vấn"), mark("lần"), (_events("cung_cap_bao_chi"),)),
    Row("14", mark("Hội nghị, tập huấn, tọa đàm"), mark("cuộc"), (_events("hoi_nghi", "tap_huan"),)),
    Row("15", mark("Người tham dự hội nghị, tập huấn, tọa đàm"), mark("lượt người"),
        (Atom("attendees", forms=("hoi_nghi", "tap_huan")),)),
    Row("16", mark("Lồng ghép trong giao ban, họp, sinh hoạt, kiểm tra"), mark("lượt"),
        (_events("hop_giao_ban", "doan_the", "pbgdpl", "kiem_tra"),)),
    Row("17", mark("Đối thoại với người dân, doanh nghiệp"), mark("cuộc"), (_events("doi_thoai"),)),
    Row("18a", mark("Băng rôn, khẩu hiệu"), mark("chiếc"), (Atom("copies", forms=("bang_ron",)),)),
    Row("18b", mark("Mẫu băng rôn, áp phích, bảng tin đã phát hành"), mark("mẫu"), (Atom("landed", ("banner",)),)),
    Row("19", mark("Pa-nô, áp phích, biển hiệu"), mark("chiếc"), (Atom("copies", forms=("ap_phich", "bien_hieu")),)),
    Row("20", mark("Tờ rơi, tờ gấp, sổ tay phát hành"), mark("tờ, cuốn"), (Atom("copies", forms=("to_roi",)),)),
    Row("21a", mark("Nội dung chạy trên màn hình điện tử"), mark("nội dung"), (_events("led"),)),
    Row("21b", mark("Lượt chạy trên màn hình điện tử"), mark("lượt"), (Atom("plays", forms=("led",)),)),
    Row("22", mark("Cập nhật bảng tin, bảng thông báo"), mark("lần"), (_events("bang_tin"),)),
    Row("23a", mark("Cuộc thi, hội thi"), mark("cuộc"), (_events(*_CONTESTS),)),
    Row("23b", mark("Người tham gia cuộc thi, hội thi"), mark("lượt người"), (Atom("attendees", forms=_CONTESTS),)),
    Row("24a", mark("Phản ánh, kiến nghị tiếp nhận"), mark("phản ánh"), (Atom("received"),)),
    Row("24b", mark("Phản ánh, kiến nghị đã xử lý"), mark("phản ánh"), (Atom("answered"),)),
    Row("24c", mark("Phản ánh, kiến nghị công khai kết quả"), mark("phản ánh"), (Atom("published"),)),
    Row("24d", mark("Tỷ lệ phản ánh, kiến nghị xử lý đúng hạn"), "%", (Atom("on_time"),), (Atom("answered"),), "ratio"),
    Row("25", mark("Cuộc gọi đường dây nóng"), mark("cuộc gọi"), (Atom("calls"),)),
    Row("26a", mark("Phiếu khảo sát sự hài lòng"), mark("phiếu"), (Atom("surveys"),)),
    Row("26b", mark("Tỷ lệ hài lòng"), "%", (Atom("satisfied"),), (Atom("surveys"),), "ratio"),
    Row("27", mark("Mô hình, sáng kiến, điển hình được giới thiệu"), mark("mô hình"), (Atom("models"),)),
    Row("28a", mark("Đơn vị trực thuộc có kế hoạch riêng"), "%", rule="ratio", special="own_plans"),
    Row("28b", mark("Đơn vị trực thuộc báo cáo đúng hạn"), "%", rule="ratio", special="punctual"),
    Row("29", mark("Kinh phí thực hiện"), mark("triệu đồng"), (Atom("cost"),), scale=1_000_000),
    Row("30", mark("Tỷ lệ hoàn thành nhiệm vụ theo kế hoạch"), "%", rule="ratio", special="completion"),
)  # fmt: skip
BY_KEY = {row.key: row for row in ROWS}
ENTERABLE = tuple(row.key for row in ROWS if not row.special and row.rule != "ratio")  # a person may type the number
