"""Every reading that the norms give (reference/vietnam.md §6), one by one."""

import pytest

from channels.speech import NAM, Style, speak

INTEGERS = """
0 không | 1 một | 2 hai | 3 ba | 4 bốn | 5 năm | 6 sáu | 7 bảy | 8 tám | 9 chín | 10 mười | 11 mười một | 14 mười bốn
15 mười lăm | 20 hai mươi | 21 hai mươi mốt | 24 hai mươi tư | 25 hai mươi lăm | 30 ba mươi | 44 bốn mươi tư
55 năm mươi lăm | 91 chín mươi mốt | 100 một trăm | 101 một trăm linh một | 104 một trăm linh tư
105 một trăm linh năm | 110 một trăm mười | 111 một trăm mười một | 115 một trăm mười lăm
121 một trăm hai mươi mốt | 500 năm trăm | 555 năm trăm năm mươi lăm | 1.000 một nghìn
1.001 một nghìn không trăm linh một | 1.005 một nghìn không trăm linh năm | 1.015 một nghìn không trăm mười lăm
1.050 một nghìn không trăm năm mươi | 2.020 hai nghìn không trăm hai mươi | 2.500 hai nghìn năm trăm
3.321 ba nghìn ba trăm hai mươi mốt | 10.000 mười nghìn | 21.000 hai mươi mốt nghìn
104.000 một trăm linh tư nghìn | 1.000.000 một triệu | 1.000.015 một triệu không trăm mười lăm
1.250.000 một triệu hai trăm năm mươi nghìn | 2.500.000.000 hai tỷ năm trăm triệu
2026 hai nghìn không trăm hai mươi sáu | 2020 hai nghìn không trăm hai mươi
"""

CLASSES = {
    "01 năm": "một năm",
    "02 bản": "hai bản",
    "90,5%": "chín mươi phẩy năm phần trăm",
    "0,05": "không phẩy không năm",
    "2.0": "hai chấm không",
    "phiên bản 2.0": "phiên bản hai chấm không",
    "Cách mạng công nghiệp 4.0": "Cách mạng công nghiệp bốn chấm không",
    "30%": "ba mươi phần trăm",
    "30–40%": "từ ba mươi đến bốn mươi phần trăm",
    "5-10%": "từ năm đến mười phần trăm",
    "2.000 - 2.500 triệu USD": "từ hai nghìn đến hai nghìn năm trăm triệu đô la Mỹ",
    "2.000–2.500 triệu USD": "từ hai nghìn đến hai nghìn năm trăm triệu đô la Mỹ",
    "giai đoạn 2021-2025": "giai đoạn hai nghìn không trăm hai mươi mốt đến hai nghìn không trăm hai mươi lăm",
    "giai đoạn 2021–2025": "giai đoạn hai nghìn không trăm hai mươi mốt đến hai nghìn không trăm hai mươi lăm",
    "15/7/2021": "ngày mười lăm tháng bảy năm hai nghìn không trăm hai mươi mốt",
    "ngày 15/7/2021": "ngày mười lăm tháng bảy năm hai nghìn không trăm hai mươi mốt",
    "16/8/2023": "ngày mười sáu tháng tám năm hai nghìn không trăm hai mươi ba",
    "ngày 05/01/2026": "ngày mùng năm tháng một năm hai nghìn không trăm hai mươi sáu",
    "ngày 03/4": "ngày mùng ba tháng tư",
    "tháng 8/2025": "tháng tám năm hai nghìn không trăm hai mươi lăm",
    "tháng 4": "tháng tư",
    "quý II/2026": "quý hai năm hai nghìn không trăm hai mươi sáu",
    "khóa XIII": "khóa mười ba",
    "lần thứ 6": "lần thứ sáu",
    "thứ 1": "thứ nhất",
    "thứ 4": "thứ tư",
    "7h30": "bảy giờ ba mươi phút",
    "7:30": "bảy giờ ba mươi phút",
    "07 giờ 30": "bảy giờ ba mươi phút",
    "05:15": "năm giờ mười lăm phút",
    "16 giờ 30": "mười sáu giờ ba mươi phút",
    "17h": "mười bảy giờ",
    "8h–11h30": "từ tám giờ đến mười một giờ ba mươi phút",
    "50.000đ": "năm mươi nghìn đồng",
    "50.000 đồng": "năm mươi nghìn đồng",
    "50.000 VNĐ": "năm mươi nghìn đồng",
    "1.250.000 đồng": "một triệu hai trăm năm mươi nghìn đồng",
    "2,5 tỷ": "hai phẩy năm tỷ",
    "6 m²": "sáu mét vuông",
    "45 km2": "bốn mươi lăm ki-lô-mét vuông",
    "3 km": "ba ki-lô-mét",
    "2 ha": "hai héc-ta",
    "5 kg": "năm ki-lô-gam",
    "37°C": "ba mươi bảy độ xê",
    "4 m³": "bốn mét khối",
    "5 tấn/ha": "năm tấn trên héc-ta",
    "24/7": "hai mươi tư trên bảy",
    "1/5 (Quốc tế Lao động)": "một tháng năm, Quốc tế Lao động",
    "1/3 số hồ sơ": "một phần ba số hồ sơ",
    "TCVN ISO 9001:2015": (
        "tiêu chuẩn Việt Nam I-sô chín nghìn không trăm linh một, phiên bản hai nghìn không trăm mười lăm"
    ),
    "1800 1096": "một tám không không, một không chín sáu",
    "18001096": "một tám không không, một không chín sáu",
    "0225.3842.588": "không hai hai năm, ba tám bốn hai, năm tám tám",
    "hotline 1022": "hotline một không hai hai",
    "1022": "một không hai hai",
    "gọi 113": "gọi một một ba",
    "dichvucong.gov.vn": "dịch vụ công, chấm gốp, chấm vi en",
    "heza.gov.vn": "hê-da chấm gốp chấm vi en",
    "tối thiểu 30%": "tối thiểu ba mươi phần trăm",
    "≥ 30%": "từ ba mươi phần trăm trở lên",
    "A & B": "A và B",
    "5 + 3": "năm cộng ba",
    "gạo, ngô, …": "gạo, ngô, vân vân",
    "gạo, ngô, v.v.": "gạo, ngô, vân vân",
    "CẢI CÁCH": "cải cách",
    "“trong ngoặc kép”": "trong ngoặc kép",
    "Bộ phận Một cửa (tầng 1) tiếp nhận": "Bộ phận Một cửa, tầng một, tiếp nhận",
}

CODES = {
    "NQ số 76/NQ-CP ngày 15/7/2021 của Chính phủ": (
        "Nghị quyết số bảy mươi sáu, ngày mười lăm tháng bảy năm hai nghìn không trăm hai mươi mốt, của Chính phủ"
    ),
    "49/2024/NĐ-CP": "Nghị định số bốn mươi chín năm hai nghìn không trăm hai mươi tư của Chính phủ",
    "30/2020/NĐ-CP": "Nghị định số ba mươi năm hai nghìn không trăm hai mươi của Chính phủ",
    "76/NQ-CP": "Nghị quyết số bảy mươi sáu của Chính phủ",
    "02/NQ-HĐND": "Nghị quyết số không hai của Hội đồng nhân dân",
    "84/KH-UBND": "Kế hoạch số tám mươi tư của Ủy ban nhân dân",
    "21/KH-UBND": "Kế hoạch số hai mươi mốt của Ủy ban nhân dân",
    "23/CT-TTg": "Chỉ thị số hai mươi ba của Thủ tướng Chính phủ",
    "01/2018/TT-VPCP": "Thông tư số không một năm hai nghìn không trăm mười tám của Văn phòng Chính phủ",
    "83/HD-LĐLĐ": "Hướng dẫn số tám mươi ba của Liên đoàn Lao động",
    "QĐ 933/QĐ-TLĐ": "Quyết định số chín trăm ba mươi ba của Tổng Liên đoàn Lao động",
    "39-NQ/TW": "Nghị quyết số ba mươi chín của Trung ương",
    "17-KL/TW": "Kết luận số mười bảy của Trung ương",
}

ABBREVIATIONS = """
UBND Ủy ban nhân dân | HĐND Hội đồng nhân dân | MTTQ Mặt trận Tổ quốc | UBMTTQ Ủy ban Mặt trận Tổ quốc
LĐLĐ Liên đoàn Lao động | TLĐ Tổng Liên đoàn Lao động | CĐCS công đoàn cơ sở
CNVCLĐ công nhân, viên chức, lao động | CBCCVC cán bộ, công chức, viên chức | CBCC cán bộ, công chức
NLĐ người lao động | NSDLĐ người sử dụng lao động | BCH Ban Chấp hành | BCĐ Ban Chỉ đạo | BQL Ban Quản lý
KKT khu kinh tế | KCN khu công nghiệp | KCX khu chế xuất | DN doanh nghiệp | HTX hợp tác xã
DNNVV doanh nghiệp nhỏ và vừa | TTg Thủ tướng Chính phủ | VPCP Văn phòng Chính phủ | BNV Bộ Nội vụ
BTTTT Bộ Thông tin và Truyền thông | BKHCN Bộ Khoa học và Công nghệ | BVHTTDL Bộ Văn hóa, Thể thao và Du lịch
LĐTBXH Lao động – Thương binh và Xã hội | TT&TT Thông tin và Truyền thông | VHTT Văn hóa – Thông tin
TW Trung ương | TƯ Trung ương | TP thành phố | TP.HCM Thành phố Hồ Chí Minh | TX thị xã | ĐVSN đơn vị sự nghiệp
ĐVSNCL đơn vị sự nghiệp công lập | CQHCNN cơ quan hành chính nhà nước | QLNN quản lý nhà nước
BHXH bảo hiểm xã hội | BHYT bảo hiểm y tế | BHTN bảo hiểm thất nghiệp | CAND Công an nhân dân
PCCC phòng cháy, chữa cháy | ATGT an toàn giao thông | CCHC cải cách hành chính | TTHC thủ tục hành chính
DVC dịch vụ công | DVCTT dịch vụ công trực tuyến | DVCQG dịch vụ công quốc gia
TN&TKQ tiếp nhận và trả kết quả | TNTKQ tiếp nhận và trả kết quả | MCĐT một cửa điện tử
TTPVHCC Trung tâm Phục vụ hành chính công | HCC hành chính công | DVHCC dịch vụ hành chính công
BCCI bưu chính công ích | KSTTHC kiểm soát thủ tục hành chính | PAKN phản ánh, kiến nghị | CPĐT chính phủ điện tử
CQĐT chính quyền điện tử | CQS chính quyền số | CĐS chuyển đổi số | CNTT công nghệ thông tin
CNTT-VT công nghệ thông tin – viễn thông | CSDL cơ sở dữ liệu | CSDLQG cơ sở dữ liệu quốc gia
TTĐT thông tin điện tử | KT-XH kinh tế – xã hội | QP-AN quốc phòng – an ninh | ANTT an ninh trật tự
TTATXH trật tự an toàn xã hội | NTM nông thôn mới | QPPL quy phạm pháp luật | VBQPPL văn bản quy phạm pháp luật
PBGDPL phổ biến, giáo dục pháp luật | GCN giấy chứng nhận | CCCD căn cước công dân | NQ nghị quyết | NĐ nghị định
QĐ quyết định | CT chỉ thị | KH kế hoạch | HD hướng dẫn | BC báo cáo | TB thông báo | TTr tờ trình | CTr chương trình
CV công văn | KL kết luận | ĐA đề án | TTLT thông tư liên tịch | QH Quốc hội | TM. thay mặt | KT. ký thay
TL. thừa lệnh | TUQ. thừa ủy quyền | Q. quyền | PCT phó chủ tịch | CVP chánh văn phòng | GĐ giám đốc
PGĐ phó giám đốc | PTV phát thanh viên | TDP tổ dân phố | KDC khu dân cư | NVH nhà văn hóa | ĐT điện thoại
SĐT số điện thoại | v/v về việc | v.v. vân vân | PAR_INDEX chỉ số cải cách hành chính
SIPAS chỉ số hài lòng về sự phục vụ hành chính
PAPI chỉ số hiệu quả quản trị và hành chính công cấp tỉnh | PCI chỉ số năng lực cạnh tranh cấp tỉnh
DTI chỉ số chuyển đổi số | ICT_Index chỉ số công nghệ thông tin – truyền thông | VNeID vi en i ai đi
FDI vốn đầu tư trực tiếp nước ngoài | GRDP tổng sản phẩm trên địa bàn | USD đô la Mỹ | TCVN tiêu chuẩn Việt Nam
ISO I-sô | QR quy a | OTP o tê pê | AI trí tuệ nhân tạo | website trang thông tin điện tử | email thư điện tử
Fanpage trang cộng đồng | Zalo da-lô | Facebook phây-búc | LED lét | online trực tuyến
"""

ASKED = {
    "BTV": ("Ban Thường vụ", "biên tập viên"),
    "TU": ("Tỉnh ủy", "Thành ủy"),
    "TT": ("thông tư", "thị trấn", "trung tâm"),
    "HS": ("hồ sơ", "học sinh"),
    "đ/c": ("đồng chí", "địa chỉ"),
    "CĐ": ("công đoàn", "cao đẳng", "công điện", "chuyển đổi"),
    "CP": ("Chính phủ", "cổ phần", "chi phí"),
}


def table(text: str) -> list[tuple[str, str]]:
    cells = [cell.strip() for line in text.strip().splitlines() for cell in line.split("|")]
    return [(cell.split(" ", 1)[0].replace("_", " "), cell.split(" ", 1)[1]) for cell in cells]


@pytest.mark.parametrize(("written", "spoken"), table(INTEGERS))
def test_an_integer_is_read_as_the_north_reads_it(written: str, spoken: str) -> None:
    said = speak(written)
    assert said.text == spoken
    assert not said.questions


@pytest.mark.parametrize(("written", "spoken"), CLASSES.items())
def test_a_class_of_writing_is_read_as_the_norms_say(written: str, spoken: str) -> None:
    said = speak(written)
    assert said.text == spoken
    assert not said.questions


@pytest.mark.parametrize(("written", "spoken"), CODES.items())
def test_a_document_is_read_by_its_type_number_and_issuer(written: str, spoken: str) -> None:
    said = speak(written)
    assert said.text == spoken
    assert not said.questions


@pytest.mark.parametrize(("written", "spoken"), table(ABBREVIATIONS))
def test_an_abbreviation_of_the_table_is_read_in_full(written: str, spoken: str) -> None:
    said = speak(written)
    assert said.text == spoken
    assert not said.questions


@pytest.mark.parametrize(("written", "candidates"), ASKED.items())
def test_an_abbreviation_with_several_readings_is_asked_about(written: str, candidates: tuple[str, ...]) -> None:
    said = speak(f"họp {written} sáng nay")
    assert said.text == f"họp {written} sáng nay"
    [question] = said.questions
    assert said.written(question) == written
    assert question.candidates == candidates
    assert "Hãy" in question.reason


def test_the_table_holds_all_the_abbreviations_of_the_norms() -> None:
    assert len(table(ABBREVIATIONS)) + len(ASKED) >= 134


def test_a_partys_programme_asks_which_committee_issued_it() -> None:
    said = speak("12-CTr/TU")
    assert said.text == "Chương trình hành động số mười hai của TU"
    assert [(said.written(q), q.candidates) for q in said.questions] == [("TU", ("Tỉnh ủy", "Thành ủy"))]
    assert speak("12-CTr/TU của Tỉnh ủy").text == "Chương trình hành động số mười hai của Tỉnh ủy"


def test_three_quarters_of_the_communes_or_the_third_of_april_is_asked() -> None:
    said = speak("3/4 xã")
    assert said.text == "3/4 xã"
    assert said.questions[0].candidates == ("ba phần tư", "ngày ba tháng tư", "ba trên bốn")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("105", "một trăm lẻ năm"),
        ("104.000", "một trăm lẻ tư ngàn"),
        ("1.005", "một ngàn không trăm lẻ năm"),
        ("24", "hai mươi tư"),
        ("2025", "hai ngàn không trăm hai mươi lăm"),
        ("49/2024/NĐ-CP", "Nghị định số bốn mươi chín năm hai ngàn không trăm hai mươi tư của Chính phủ"),
    ],
)
def test_the_south_says_le_and_ngan(written: str, spoken: str) -> None:
    assert speak(written, region="nam").text == spoken
    assert speak(written, region=NAM).text == spoken


def test_a_station_may_keep_its_own_habits() -> None:
    own = Style(four="bốn", empty_thousand=True, early_day="")
    assert speak("104", region=own).text == "một trăm linh bốn"
    assert speak("1.000.015", region=own).text == "một triệu không nghìn không trăm mười lăm"
    assert speak("ngày 03/4", region=own).text == "ngày ba tháng tư"


def test_a_region_nobody_described_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="«bac», «nam»"):
        speak("1", region="trung")
