"""Types and issuers in the numbers of documents, as NĐ 30/2020 and the Party's rules write them."""

from types import MappingProxyType

TYPES = MappingProxyType({
    "NQ": "Nghị quyết", "NĐ": "Nghị định", "QĐ": "Quyết định", "CT": "Chỉ thị", "QC": "Quy chế", "QyĐ": "Quy định",
    "TC": "Thông cáo", "TB": "Thông báo", "HD": "Hướng dẫn", "CTr": "Chương trình", "KH": "Kế hoạch",
    "PA": "Phương án", "ĐA": "Đề án", "DA": "Dự án", "BC": "Báo cáo", "BB": "Biên bản", "TTr": "Tờ trình",
    "HĐ": "Hợp đồng", "CĐ": "Công điện", "BGN": "Bản ghi nhớ", "BTT": "Bản thỏa thuận", "GUQ": "Giấy ủy quyền",
    "GM": "Giấy mời", "GGT": "Giấy giới thiệu", "GNP": "Giấy nghỉ phép", "PG": "Phiếu gửi", "PC": "Phiếu chuyển",
    "PB": "Phiếu báo", "TT": "Thông tư", "TTLT": "Thông tư liên tịch", "KL": "Kết luận", "CV": "Công văn",
    "L": "Lệnh", "NQLT": "Nghị quyết liên tịch", "PL": "Pháp lệnh",
})  # fmt: skip
# The Party's committees publish programmes of action under the same sign.
PARTY_TYPES = MappingProxyType({**TYPES, "CTr": "Chương trình hành động", "QĐ": "Quyết định", "QC": "Quy chế"})
# Signs that name an issuer only inside a number; elsewhere CP or BTV may be anything.
ISSUERS = MappingProxyType({
    "CP": "Chính phủ", "TTg": "Thủ tướng Chính phủ", "BTV": "Ban Thường vụ", "CTN": "Chủ tịch nước",
    "QH": "Quốc hội", "UBTVQH": "Ủy ban Thường vụ Quốc hội", "TW": "Trung ương", "TƯ": "Trung ương",
})  # fmt: skip
# Abbreviations of the dictionary that can sign a letter («1273/BTTTT-TTCS»); others before a dash are no issuer.
AGENCIES = frozenset({
    "UBND", "HĐND", "MTTQ", "UBMTTQ", "LĐLĐ", "TLĐ", "BCH", "BCĐ", "BQL", "VPCP", "BNV", "BTTTT", "BKHCN", "BVHTTDL",
    "LĐTBXH", "BHXH", "CĐCS", "TTg", "CP", "QH", "TU", "BTV",
})  # fmt: skip
OTHER_NAMES = ("văn bản", "luật", "bộ luật", "công hàm", "đề cương", "phụ lục", "thể lệ", "nội quy", "quy trình")
