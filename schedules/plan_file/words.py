"""The words a plan may use: reform themes, tags, audiences, forms of publicity, channels, kinds of unit.

Codes are kept in plan files and database rows and are never renamed; titles are what a person reads.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Form:
    """One form of publicity; `number` is its row in the matrix of the five founding documents.

    `channel` is the channel that carries it by default, or None where people do it face to face, in the
    press or on paper of their own.
    """

    number: int
    code: str
    title: str
    channel: str | None


CHANNELS = MappingProxyType(
    {
        "portal": "Cổng thông tin điện tử",
        "facebook": "Trang Facebook",
        "zalo": "Zalo Official Account",
        "radio": "Phát thanh, truyền thanh",
        "banner": "Băng rôn, áp phích, bảng tin",
    }
)

# Two editions of the same seven codes: a plan of 2020 speaks of NQ 30c/NQ-CP (2011–2020), later ones of
# NQ 76/NQ-CP ngày 15/7/2021. T7 is not among the six contents, but plans and PAR INDEX list it.
THEMES = MappingProxyType(
    {
        "NQ30c": MappingProxyType(
            {
                "T1": "Cải cách thể chế",
                "T2": "Cải cách thủ tục hành chính",
                "T3": "Cải cách tổ chức bộ máy hành chính nhà nước",
                "T4": "Xây dựng và nâng cao chất lượng đội ngũ cán bộ, công chức, viên chức",
                "T5": "Cải cách tài chính công",
                "T6": "Hiện đại hóa hành chính",
                "T7": "Công tác chỉ đạo, điều hành",
            }
        ),
        "NQ76": MappingProxyType(
            {
                "T1": "Cải cách thể chế",
                "T2": "Cải cách thủ tục hành chính",
                "T3": "Cải cách tổ chức bộ máy hành chính nhà nước",
                "T4": "Cải cách chế độ công vụ",
                "T5": "Cải cách tài chính công",
                "T6": "Xây dựng và phát triển Chính phủ điện tử, Chính phủ số",
                "T7": "Công tác chỉ đạo, điều hành cải cách hành chính",
            }
        ),
    }
)

TAGS = MappingProxyType(
    {
        "chu-truong": "Chủ trương của Đảng, chính sách, pháp luật của Nhà nước",
        "chi-so": "Chỉ số về cải cách hành chính",
        "par-index": "Chỉ số cải cách hành chính (PAR INDEX)",
        "sipas": "Chỉ số hài lòng về sự phục vụ hành chính (SIPAS)",
        "papi": "Chỉ số hiệu quả quản trị và hành chính công cấp tỉnh (PAPI)",
        "pci": "Chỉ số năng lực cạnh tranh cấp tỉnh (PCI)",
        "dti": "Chỉ số chuyển đổi số (DTI)",
        "ict-index": "Chỉ số sẵn sàng ứng dụng công nghệ thông tin (ICT Index)",
        "dien-hinh": "Mô hình mới, gương điển hình",
        "han-che": "Tồn tại, hạn chế",
        "duong-day-nong": "Đường dây nóng",
        "phan-anh-kien-nghi": "Phản ánh, kiến nghị và kết quả xử lý",
        "iso-9001": "Hệ thống quản lý chất lượng ISO 9001",
        "chuyen-doi-so": "Chuyển đổi số",
        "moi-truong-kinh-doanh": "Môi trường đầu tư, kinh doanh, năng lực cạnh tranh",
        "chu-de-nam": "Chủ đề năm, phương châm",
    }
)

AUDIENCES = MappingProxyType(
    {
        "lanh_dao": "Lãnh đạo, người đứng đầu cơ quan, đơn vị",
        "cbccvc": "Cán bộ, công chức, viên chức",
        "cnvcld": "Công nhân, viên chức, người lao động",
        "doan_vien_cong_doan": "Đoàn viên công đoàn",
        "nguoi_dan": "Người dân",
        "nguoi_cao_tuoi": "Người cao tuổi",
        "doanh_nghiep": "Doanh nghiệp",
        "nha_dau_tu": "Nhà đầu tư",
        "to_chuc_xa_hoi": "Tổ chức chính trị – xã hội, đoàn thể, tổ chức xã hội",
        "bao_chi": "Cơ quan báo chí",
        "tuyen_truyen_vien": "Tuyên truyền viên, báo cáo viên",
    }
)

UNIT_KINDS = MappingProxyType(
    {
        "tinh": "Ủy ban nhân dân cấp tỉnh",
        "huyen": "Ủy ban nhân dân cấp huyện (đến 30/6/2025)",
        "xa": "Ủy ban nhân dân xã",
        "phuong": "Ủy ban nhân dân phường",
        "dac_khu": "Ủy ban nhân dân đặc khu",
        "so": "Sở, ban, ngành cấp tỉnh",
        "phong": "Phòng chuyên môn",
        "ban_quan_ly": "Ban quản lý",
        "khu_cn": "Khu công nghiệp, khu kinh tế",
        "don_vi_su_nghiep": "Đơn vị sự nghiệp công lập",
        "dai": "Đài phát thanh, truyền thanh",
        "doan_the": "Mặt trận Tổ quốc, đoàn thể",
        "cong_doan": "Tổ chức công đoàn",
        "khac": "Cơ quan, đơn vị khác",
    }
)

FAMILIES = MappingProxyType({"state": "Cơ quan nhà nước", "union": "Tổ chức công đoàn"})

TARGET_KINDS = MappingProxyType(
    {
        "ratio": "Tỷ lệ phần trăm",
        "range": "Khoảng từ … đến …",
        "count": "Số lượng",
        "rank": "Thứ hạng",
        "quality": "Yêu cầu định tính",
        "none": "Văn bản không đặt chỉ tiêu",
    }
)

FORMS: tuple[Form, ...] = (
    Form(1, "portal", "Cổng, trang thông tin điện tử của cơ quan", "portal"),
    Form(2, "trang_xa_phuong", "Trang thông tin điện tử xã, phường", "portal"),
    Form(3, "dang_van_ban", "Đăng văn bản ngay sau khi ban hành", "portal"),
    Form(4, "ban_tin", "Bản tin", None),
    Form(5, "mang_xa_hoi", "Mạng xã hội", "facebook"),
    Form(6, "fanpage", "Trang Facebook (fanpage)", "facebook"),
    Form(7, "zalo", "Zalo", "zalo"),
    Form(8, "ung_dung_so", "Ứng dụng công nghệ, kỹ thuật số", None),
    Form(9, "truyen_thanh", "Truyền thanh cơ sở", "radio"),
    Form(10, "phat_thanh", "Chuyên mục phát thanh", "radio"),
    Form(11, "truyen_hinh", "Truyền hình", None),
    Form(12, "bao_chi", "Chuyên mục, bài viết, tọa đàm trên báo chí", None),
    Form(13, "cung_cap_bao_chi", "Cung cấp thông tin, trả lời báo chí", None),
    Form(14, "hoi_nghi", "Hội nghị, hội thảo, tọa đàm", None),
    Form(15, "tap_huan", "Tập huấn, bồi dưỡng", None),
    Form(16, "hop_giao_ban", "Giao ban, họp định kỳ", None),
    Form(17, "doan_the", "Hoạt động công đoàn, Đảng, Đoàn Thanh niên", None),
    Form(18, "pbgdpl", "Lồng ghép phổ biến, giáo dục pháp luật", None),
    Form(19, "doi_thoai", "Đối thoại với người dân, doanh nghiệp", None),
    Form(20, "thi_tim_hieu", "Cuộc thi tìm hiểu", None),
    Form(21, "thi_viet", "Cuộc thi viết trên báo chí", None),
    Form(22, "hoi_thi", "Hội thi, hội diễn tuyên truyền viên", None),
    Form(23, "su_kien", "Sự kiện, mít tinh, cổ động", None),
    Form(24, "to_roi", "Tờ rơi, sổ tay, sách, tranh ảnh", "banner"),
    Form(25, "ap_phich", "Pa-nô, áp phích", "banner"),
    Form(26, "bang_ron", "Băng rôn, khẩu hiệu", "banner"),
    Form(27, "bien_hieu", "Biển hiệu", "banner"),
    Form(28, "bang_tin", "Bảng tin, bảng thông báo, bảng công khai", "banner"),
    Form(29, "led", "Màn hình điện tử", "banner"),
    Form(30, "niem_yet_tthc", "Niêm yết, công khai thủ tục hành chính", "portal"),
    Form(31, "mot_cua", "Hướng dẫn tại Bộ phận Một cửa", None),
    Form(32, "kiem_tra", "Lồng ghép trong kiểm tra tại cơ sở", None),
    Form(33, "duong_day_nong", "Công bố đường dây nóng", "portal"),
    Form(34, "tiep_nhan_phan_anh", "Tiếp nhận phản ánh, kiến nghị", "portal"),
    Form(35, "cong_khai_tra_loi", "Công khai nội dung trả lời, kết quả xử lý", "portal"),
    Form(36, "khao_sat", "Khảo sát sự hài lòng", None),
    Form(37, "email", "Thư điện tử nhận báo cáo", None),
    Form(38, "buu_chinh", "Tiếp nhận, trả kết quả qua bưu chính công ích", None),
)

FORM_CODES = tuple(form.code for form in FORMS)
THEME_CODES = tuple(THEMES["NQ76"])
