"""The same signs read differently by what stands around them; what cannot be told is asked, with readings to choose."""

import pytest

from channels.speech import Lexicon, LexiconError, Spoken, speak

READ = {
    # telephone numbers and other numbers
    "đã tiếp nhận 1022 hồ sơ": "đã tiếp nhận một nghìn không trăm hai mươi hai hồ sơ",
    "năm 1022": "năm một nghìn không trăm hai mươi hai",
    "phản ánh qua 1022.": "phản ánh qua một không hai hai.",
    "gọi 113, 114 hoặc 115": "gọi một một ba, một một bốn hoặc một một năm",
    "công an xã có 115 người": "công an xã có một trăm mười lăm người",
    "(0225) 3842 588": "không hai hai năm, ba tám bốn hai, năm tám tám",
    "ĐT: 0912345678": "điện thoại: không chín một hai, ba bốn năm, sáu bảy tám",
    "+84912345678": "cộng tám bốn, chín một hai, ba bốn năm, sáu bảy tám",
    "tổng đài 19001234 nhánh 2": "tổng đài một chín không không, một hai ba bốn nhánh hai",
    "mã số thuế 0201234567": "mã số thuế không hai không một, hai ba bốn, năm sáu bảy",
    "tài khoản 123456789012": "tài khoản một hai ba, bốn năm sáu, bảy tám chín, không một hai",
    "12.345.678 lượt": "mười hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám lượt",
    # dates
    "từ ngày 15-20/7/2025": ("từ ngày mười lăm đến ngày hai mươi tháng bảy năm hai nghìn không trăm hai mươi lăm"),
    "từ ngày 1/7 đến 15/7": "từ ngày mùng một tháng bảy đến ngày mười lăm tháng bảy",
    "trước ngày 10/3, 10/6 và 10/9": (
        "trước ngày mùng mười tháng ba, ngày mùng mười tháng sáu và ngày mùng mười tháng chín"
    ),
    "thứ Hai (18/8)": "thứ Hai, ngày mười tám tháng tám",
    "dịp 2/9": "dịp hai tháng chín",
    "nghỉ lễ 30/4 - 1/5": "nghỉ lễ ba mươi tháng tư, mùng một tháng năm",
    "ngày 5 tháng 4 năm 2025": "ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi lăm",
    "chiều ngày 5-8 tháng 9": "chiều ngày mùng năm đến ngày mùng tám tháng chín",
    "mỗi ngày 5 hồ sơ": "mỗi ngày năm hồ sơ",
    "2025-07-01": "ngày mùng một tháng bảy năm hai nghìn không trăm hai mươi lăm",
    "16.8.2023": "ngày mười sáu tháng tám năm hai nghìn không trăm hai mươi ba",
    "ngày 24/7": "ngày hai mươi tư tháng bảy",
    "tháng 7-9": "tháng bảy đến tháng chín",
    "Thứ 2 - Thứ 6": "Thứ hai đến Thứ sáu",
    "Quý I, II và III/2025": "Quý một, hai và ba năm hai nghìn không trăm hai mươi lăm",
    # times
    "7h30-11h30": "từ bảy giờ ba mươi phút đến mười một giờ ba mươi phút",
    "từ 7h30 đến 11h": "từ bảy giờ ba mươi phút đến mười một giờ",
    "16h30 ngày 5/8": "mười sáu giờ ba mươi phút ngày mùng năm tháng tám",
    "8 giờ 30 người": "tám giờ ba mươi người",
    "24/24h": "hai mươi tư trên hai mươi tư giờ",
    "tỷ lệ 1:500": "tỷ lệ một trên năm trăm",
    # parts, scores, ranges
    "13/15 tiêu chí": "mười ba trên mười lăm tiêu chí",
    "1.198/1.250 hồ sơ": "một nghìn một trăm chín mươi tám trên một nghìn hai trăm năm mươi hồ sơ",
    "tỷ số 2-1": "tỷ số hai một",
    "Điều 5-7": "Điều năm đến điều bảy",
    "thứ 2-6": "thứ hai đến thứ sáu",
    "năm 2021 - 2025": "năm hai nghìn không trăm hai mươi mốt đến hai nghìn không trăm hai mươi lăm",
    "1,2,3": "một, hai, ba",
    "Mục 1.2.3": "Mục một chấm hai chấm ba",
    "năm 2025 - 120 hồ sơ": "năm hai nghìn không trăm hai mươi lăm, một trăm hai mươi hồ sơ",
    # money and measures
    "5 triệu đồng/người/tháng": "năm triệu đồng một người một tháng",
    "100 triệu đ/năm": "một trăm triệu đồng một năm",
    "$500": "năm trăm đô la Mỹ",
    "60km/h": "sáu mươi ki-lô-mét trên giờ",
    "300 người/km²": "ba trăm người trên ki-lô-mét vuông",
    "2 lần/ngày": "hai lần một ngày",
    "nhiệt độ -5°C": "nhiệt độ âm năm độ xê",
    "0,8m x 6m": "không phẩy tám mét nhân sáu mét",
    "3,6tỷ": "ba phẩy sáu tỷ",
    # documents
    "Nghị quyết số 18-NQ/TW ngày 25/10/2017 của Trung ương": (
        "Nghị quyết số mười tám, ngày hai mươi lăm tháng mười năm hai nghìn không trăm mười bảy, của Trung ương"
    ),
    "84/KH-UBND của UBND tỉnh": "Kế hoạch số tám mươi tư của Ủy ban nhân dân tỉnh",
    "UBND xã ban hành 84/KH-UBND": "Ủy ban nhân dân xã ban hành Kế hoạch số tám mươi tư",
    "Kế hoạch tuyên truyền số 84/KH-BQL": "Kế hoạch tuyên truyền số tám mươi tư của Ban Quản lý",
    "Công văn số 1273/BTTTT-TTCS": "Công văn số một nghìn hai trăm bảy mươi ba của Bộ Thông tin và Truyền thông",
    "Luật số 63/2025/QH15": ("Luật số sáu mươi ba năm hai nghìn không trăm hai mươi lăm của Quốc hội khóa mười lăm"),
    "theo NQ/TW": "theo nghị quyết của Trung ương",
    "Nghị quyết 02": "Nghị quyết không hai",
    # capitals, abbreviations
    "THÔNG BÁO CỦA UBND XÃ VỀ CCHC": "thông báo của Ủy ban nhân dân xã về cải cách hành chính",
    "ĐẦU TƯ CÔNG": "đầu tư công",
    "XI MĂNG": "xi măng",
    "KT. CHỦ TỊCH": "ký thay chủ tịch",
    "khu Q. Sau đó": "khu Q. Sau đó",
    "TP. Hải Phòng": "thành phố Hải Phòng",
    "phát triển kinh tế - xã hội": "phát triển kinh tế – xã hội",
    "cải cách hành chính (CCHC) là nhiệm vụ": "cải cách hành chính là nhiệm vụ",
    "Chỉ số PAR INDEX": "Chỉ số cải cách hành chính",
    "số SĐT": "số điện thoại",
    "Ê-đê, H'Mông": "Ê-đê, H'Mông",
    "khổ A4, mạng 5G": "khổ a bốn, mạng năm giê",
    "Covid-19": "Covid mười chín",
    "thế kỷ XXI": "thế kỷ hai mươi mốt",
    "lần thứ IV": "lần thứ tư",
    # lists and pauses
    "1. Mục đích\n2. Yêu cầu": "Một là, Mục đích\nHai là, Yêu cầu",
    "a) Nâng cao\n- Đẩy mạnh": "Nâng cao\nĐẩy mạnh",
    "II. YÊU CẦU CHUNG": "Phần hai, yêu cầu chung",
    "nghỉ // rồi đọc /// tiếp": "nghỉ // rồi đọc /// tiếp",
    "thôn, xã... Người dân": "thôn, xã, vân vân. Người dân",
}

ASKED = {
    "đạt 3/4 kế hoạch": ("3/4", "ba phần tư"),
    "số 12/5 đường Lê Lợi": ("12/5", "mười hai xuyệt năm"),
    "ngày 30/2/2025": ("30/2/2025", ""),
    "ngày 15/7/21": ("15/7/21", "mười lăm tháng bảy năm hai nghìn không trăm hai mươi mốt"),
    "0220.3822.xxx": ("0220.3822.xxx", ""),
    "xã/phường": ("/", "hoặc"),
    "10-5": ("10-5", "mười, năm"),
    "tăng 2.5%": ("2.5%", "hai phẩy năm phần trăm"),
    "1,250,000 người": ("1,250,000", "một triệu hai trăm năm mươi nghìn"),
    "7g": ("7g", "bảy gam"),
    "chia 1:5": ("1:5", "một trên năm"),
    "số 15/TTr-SNV": ("SNV", "ét-sì en-nờ vê"),
    "123/ABC-XYZ": ("123/ABC-XYZ", "một trăm hai mươi ba xuyệt a bê xê gạch ngang ích-xì i dài dét"),
    "Sở NN&PTNT": ("NN&PTNT", "en-nờ en-nờ và pê tê en-nờ tê"),
    "kênh YouTube": ("YouTube", ""),
    "đường QL1A": ("QL1A", "cu e-lờ một a"),
    "gọi tắt là CCHC": ("CCHC", "cải cách hành chính"),
    "ỨNG DỤNG AI": ("AI", "trí tuệ nhân tạo"),
    "họ tên ......": ("......", ""),
    "gọi số {{duong_day_nong}}": ("{{duong_day_nong}}", ""),
    "heti.gov.vn": ("heti.gov.vn", "hát e tê i, chấm gốp, chấm vi en"),
    "https://dichvucong.gov.vn/p?x=1": ("https://dichvucong.gov.vn/p?x=1", "dịch vụ công, chấm gốp, chấm vi en"),
    "đủ ٣ bản": ("٣", ""),
}


def asked(said: Spoken) -> list[str]:
    return [said.written(question) for question in said.questions]


@pytest.mark.parametrize(("written", "spoken"), READ.items())
def test_the_words_around_decide_how_it_is_read(written: str, spoken: str) -> None:
    said = speak(written)
    assert said.text == spoken
    assert not said.questions


@pytest.mark.parametrize(("written", "expected"), ASKED.items())
def test_what_cannot_be_told_is_asked_with_readings_to_choose(written: str, expected: tuple[str, str]) -> None:
    place, candidate = expected
    said = speak(written)
    assert asked(said) == [place]
    if candidate:
        assert candidate in said.questions[0].candidates


def test_a_token_says_where_it_stands_and_what_it_is() -> None:
    said = speak("Ngày 16/8/2023, UBND TP")
    heard = [(token.start, token.end, said.written(token), token.kind) for token in said.tokens]
    assert [token for token in heard if token[3] != "mark"] == [
        (0, 5, "Ngày ", "text"),
        (5, 14, "16/8/2023", "date"),
        (16, 20, "UBND", "abbreviation"),
        (21, 23, "TP", "abbreviation"),
    ]  # fmt: skip


def test_an_offices_own_entries_win_and_settle_what_is_ambiguous() -> None:
    own = Lexicon({
        "TU": "Thành ủy", "SNV": "Sở Nội vụ", "CĐ": "công đoàn", "haiphong": "Hải Phòng", "SIPAS": "si-pát",
        "3/4 xã": "ba phần tư số xã", "Zalo": "Zalo",
    })  # fmt: skip
    assert speak("12-CTr/TU", own).text == "Chương trình hành động số mười hai của Thành ủy"
    assert speak("15/TTr-SNV", own).text == "Tờ trình số mười lăm của Sở Nội vụ"
    assert speak("đoàn viên CĐ", own).text == "đoàn viên công đoàn"
    assert speak("haiphong.gov.vn", own).text == "Hải Phòng, chấm gốp, chấm vi en"
    assert speak("3/4 xã, gọi tắt là SIPAS, qua Zalo", own).text == "ba phần tư số xã, gọi tắt là si-pát, qua Zalo"
    assert not speak("12-CTr/TU, CĐ", own).questions


def test_an_entry_is_a_whole_word_and_the_longest_one_wins() -> None:
    own = Lexicon({"TN": "tài nguyên"})
    assert speak("TN&TKQ và TN", own).text == "tiếp nhận và trả kết quả và tài nguyên"
    assert asked(speak("TNX", own)) == ["TNX"]


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"": "x"}, "còn trống"),
        ({"ABC": " "}, "còn trống"),
        ({"ABC": "số 5"}, "chữ số hoặc ký hiệu"),
        ({"ABC": "sở/ngành"}, "chữ số hoặc ký hiệu"),
        ({"ABC": "Sở TNMT"}, "còn chữ viết tắt"),
        ({"ABC": "tin nhắn zalo"}, "chứa mục «zalo»"),
        ({"MKT": "tiếp thị", "ABC": "phòng mkt"}, "chứa mục «MKT»"),
        ({"năm": "niên"}, "từ thông thường"),
        ({"Ban": "bản"}, "từ thông thường"),
    ],
)
def test_an_entry_that_would_not_read_well_is_refused_with_what_to_do(entries: dict[str, str], says: str) -> None:
    with pytest.raises(LexiconError, match=says) as refused:
        Lexicon(entries)
    assert "Hãy" in str(refused.value)
