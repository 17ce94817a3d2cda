"""The built-in dictionary: abbreviations and words of public offices with the one way they are read.

Source: the table of reference/vietnam.md §6.3. What has several readings stands in `AMBIGUOUS` and is never guessed.
"""

from types import MappingProxyType

READINGS = MappingProxyType({
    # authorities, fronts, unions
    "UBND": "Ủy ban nhân dân", "HĐND": "Hội đồng nhân dân", "MTTQ": "Mặt trận Tổ quốc",
    "UBMTTQ": "Ủy ban Mặt trận Tổ quốc", "LĐLĐ": "Liên đoàn Lao động", "TLĐ": "Tổng Liên đoàn Lao động",
    "CĐCS": "công đoàn cơ sở", "CNVCLĐ": "công nhân, viên chức, lao động",
    "CBCCVC": "cán bộ, công chức, viên chức", "CBCC": "cán bộ, công chức", "NLĐ": "người lao động",
    "NSDLĐ": "người sử dụng lao động", "BCH": "Ban Chấp hành", "BCĐ": "Ban Chỉ đạo", "BQL": "Ban Quản lý",
    "KKT": "khu kinh tế", "KCN": "khu công nghiệp", "KCX": "khu chế xuất", "DN": "doanh nghiệp",
    "HTX": "hợp tác xã", "DNNVV": "doanh nghiệp nhỏ và vừa", "TTg": "Thủ tướng Chính phủ",
    "VPCP": "Văn phòng Chính phủ", "BNV": "Bộ Nội vụ", "BTTTT": "Bộ Thông tin và Truyền thông",
    "BKHCN": "Bộ Khoa học và Công nghệ", "BVHTTDL": "Bộ Văn hóa, Thể thao và Du lịch",
    "LĐTBXH": "Lao động – Thương binh và Xã hội", "TT&TT": "Thông tin và Truyền thông",
    "VHTT": "Văn hóa – Thông tin", "TW": "Trung ương", "TƯ": "Trung ương", "QH": "Quốc hội",
    # places and units
    "TP": "thành phố", "TP.": "thành phố", "Tp": "thành phố", "Tp.": "thành phố",
    "TP.HCM": "Thành phố Hồ Chí Minh", "TP. HCM": "Thành phố Hồ Chí Minh", "TP HCM": "Thành phố Hồ Chí Minh",
    "TPHCM": "Thành phố Hồ Chí Minh", "TX": "thị xã", "TX.": "thị xã", "ĐVSN": "đơn vị sự nghiệp",
    "ĐVSNCL": "đơn vị sự nghiệp công lập", "CQHCNN": "cơ quan hành chính nhà nước", "QLNN": "quản lý nhà nước",
    "TDP": "tổ dân phố", "KDC": "khu dân cư", "NVH": "nhà văn hóa", "CAND": "Công an nhân dân",
    # fields of work
    "BHXH": "bảo hiểm xã hội", "BHYT": "bảo hiểm y tế", "BHTN": "bảo hiểm thất nghiệp",
    "PCCC": "phòng cháy, chữa cháy", "ATGT": "an toàn giao thông", "CCHC": "cải cách hành chính",
    "TTHC": "thủ tục hành chính", "DVC": "dịch vụ công", "DVCTT": "dịch vụ công trực tuyến",
    "DVCQG": "dịch vụ công quốc gia", "TN&TKQ": "tiếp nhận và trả kết quả",
    "TNTKQ": "tiếp nhận và trả kết quả", "MCĐT": "một cửa điện tử",
    "TTPVHCC": "Trung tâm Phục vụ hành chính công", "HCC": "hành chính công", "DVHCC": "dịch vụ hành chính công",
    "BCCI": "bưu chính công ích", "KSTTHC": "kiểm soát thủ tục hành chính", "PAKN": "phản ánh, kiến nghị",
    "CPĐT": "chính phủ điện tử", "CQĐT": "chính quyền điện tử", "CQS": "chính quyền số",
    "CĐS": "chuyển đổi số", "CNTT": "công nghệ thông tin", "CNTT-VT": "công nghệ thông tin – viễn thông",
    "CSDL": "cơ sở dữ liệu", "CSDLQG": "cơ sở dữ liệu quốc gia", "TTĐT": "thông tin điện tử",
    "KT-XH": "kinh tế – xã hội", "QP-AN": "quốc phòng – an ninh", "ANTT": "an ninh trật tự",
    "TTATXH": "trật tự an toàn xã hội", "NTM": "nông thôn mới", "QPPL": "quy phạm pháp luật",
    "VBQPPL": "văn bản quy phạm pháp luật", "PBGDPL": "phổ biến, giáo dục pháp luật",
    "GCN": "giấy chứng nhận", "CCCD": "căn cước công dân",
    # documents
    "NQ": "nghị quyết", "NĐ": "nghị định", "QĐ": "quyết định", "CT": "chỉ thị", "KH": "kế hoạch",
    "HD": "hướng dẫn", "BC": "báo cáo", "TB": "thông báo", "TTr": "tờ trình", "CTr": "chương trình",
    "CV": "công văn", "KL": "kết luận", "ĐA": "đề án", "TTLT": "thông tư liên tịch",
    # signatures and offices
    "TM.": "thay mặt", "KT.": "ký thay", "TL.": "thừa lệnh", "TUQ.": "thừa ủy quyền", "Q.": "quyền",
    "PCT": "phó chủ tịch", "CVP": "chánh văn phòng", "GĐ": "giám đốc", "PGĐ": "phó giám đốc",
    "PTV": "phát thanh viên", "ĐT": "điện thoại", "SĐT": "số điện thoại", "v/v": "về việc",
    # indices, money, technology; keys in lower case are read in any case
    "PAR INDEX": "chỉ số cải cách hành chính", "PAR Index": "chỉ số cải cách hành chính",
    "SIPAS": "chỉ số hài lòng về sự phục vụ hành chính",
    "PAPI": "chỉ số hiệu quả quản trị và hành chính công cấp tỉnh",
    "PCI": "chỉ số năng lực cạnh tranh cấp tỉnh", "DTI": "chỉ số chuyển đổi số",
    "ICT Index": "chỉ số công nghệ thông tin – truyền thông",
    "ICT INDEX": "chỉ số công nghệ thông tin – truyền thông", "ICT": "công nghệ thông tin – truyền thông",
    "VNeID": "vi en i ai đi",
    "FDI": "vốn đầu tư trực tiếp nước ngoài", "GRDP": "tổng sản phẩm trên địa bàn", "USD": "đô la Mỹ",
    "VNĐ": "đồng", "VND": "đồng", "TCVN": "tiêu chuẩn Việt Nam", "ISO": "I-sô", "QR": "quy a", "OTP": "o tê pê",
    "AI": "trí tuệ nhân tạo", "website": "trang thông tin điện tử", "email": "thư điện tử",
    "e-mail": "thư điện tử", "fanpage": "trang cộng đồng", "zalo": "da-lô", "facebook": "phây-búc", "LED": "lét",
    "online": "trực tuyến",
})  # fmt: skip

# Written before the office of who signs; without that, «Q.» is a letter at the end of a sentence.
SIGNED = ("TUQ.", "TM.", "KT.", "TL.", "Q.")

# Short names of indices that the full name has just introduced: «…, gọi tắt là SIPAS» is heard as one word.
SHORT_NAMES = MappingProxyType({
    "SIPAS": "si-pát", "PAPI": "pa-pi", "PCI": "pê xê i", "DTI": "dê tê i", "PAR INDEX": "pa in-đếch",
    "PAR Index": "pa in-đếch",
})  # fmt: skip

AMBIGUOUS = MappingProxyType({
    "BTV": ("Ban Thường vụ", "biên tập viên"),
    "TU": ("Tỉnh ủy", "Thành ủy"),
    "TT": ("thông tư", "thị trấn", "trung tâm"),
    "HS": ("hồ sơ", "học sinh"),
    "đ/c": ("đồng chí", "địa chỉ"),
    "CĐ": ("công đoàn", "cao đẳng", "công điện", "chuyển đổi"),
    "CP": ("Chính phủ", "cổ phần", "chi phí"),  # outside a document's number
})  # fmt: skip

# Words the house writes by abbreviation that are also plain syllables of a line in capitals: «ĐẦU TƯ», «AI CŨNG».
# With one of these neighbours there is no doubt that it is the plain word.
PLAIN_NEIGHBOURS = MappingProxyType({
    "TƯ": {"ĐẦU", "THÔNG", "RIÊNG", "THỨ", "VẬT", "VẤN", "PHÁP", "TƯỞNG", "LIỆU", "NHÂN", "DUY", "CÁCH", "THỤC"},
    "ĐA": {"DẠNG", "SỐ", "TỐI", "PHẦN", "PHƯƠNG", "NĂNG", "NGÀNH", "CHIỀU", "MỤC"},
    "AI": {"CŨNG", "LÀ", "ĐƯỢC", "BỊ", "CỨ", "KHÔNG", "HỎI", "ĐÓ", "BẤT"},
})  # fmt: skip

# Labels of addresses that are read otherwise than they are written; whole addresses come first.
ADDRESSES = MappingProxyType({
    "dichvucong.gov.vn": "dịch vụ công, chấm gốp, chấm vi en",
    "heza.gov.vn": "hê-da chấm gốp chấm vi en",
})  # fmt: skip
LABELS = MappingProxyType({
    "dichvucong": "dịch vụ công", "gov": "gốp", "vn": "vi en", "com": "com", "net": "nét", "org": "o-rờ-gờ",
    "edu": "e-đu", "info": "in-phô", "biz": "bít", "gmail": "gi-mêu", "google": "gu-gồ", "youtube": "diu-túp",
    "facebook": "phây-búc", "fb": "ép-bê", "zalo": "da-lô", "www": "vê kép vê kép vê kép",
    "congdoan": "công đoàn", "liendoanlaodong": "liên đoàn lao động", "chinhphu": "chính phủ",
})  # fmt: skip
