"""What the YAML parser's complaints mean, in Vietnamese, for people who do not know YAML."""

_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "Dấu hai chấm ở đây không hợp lệ. Nếu nội dung có dấu hai chấm, hãy đặt cả nội dung trong dấu nháy kép.",
    ),
    ("could not find expected ':'", "Thiếu dấu hai chấm và một dấu cách sau tên khóa. Hãy thêm vào."),
    (
        "expected <block end>",
        "Dòng này không thẳng hàng với các dòng cùng cấp, hoặc có chữ thừa sau dấu nháy. Hãy xem lại thụt dòng.",
    ),
    ("expected ',' or", "Danh sách trong ngoặc chưa đóng hoặc thiếu dấu phẩy. Hãy xem lại các dấu ngoặc."),
    ("unexpected end of stream", "Dấu nháy mở ở đây mà không đóng. Hãy thêm dấu nháy đóng."),
    ("unexpected document separator", "Dấu nháy mở mà không đóng trước dòng “---”. Hãy thêm dấu nháy đóng."),
    ("unknown escape character", "Dấu \\ trong nháy kép có nghĩa riêng. Hãy bỏ dấu này hoặc dùng dấu nháy đơn."),
    ("that cannot start any token", "Ký tự đầu có nghĩa riêng trong YAML. Hãy đặt cả nội dung trong dấu nháy kép."),
    ("sequence entries are not allowed", "Dấu gạch đầu dòng ở đây không hợp lệ. Hãy đưa xuống dòng mới, thụt vào."),
    ("undefined tag handle", "Không dùng nhãn kiểu dữ liệu (dấu !). Hãy bỏ nhãn hoặc đặt nội dung trong dấu nháy."),
)
_OTHERWISE = "Sai cú pháp YAML. Hãy xem lại dấu hai chấm, dấu nháy và thụt dòng quanh chỗ này."


def syntax_message(problem: str) -> str:
    """The Vietnamese sentence for a parser's `problem`; a general one for a problem not listed."""
    return next((meaning for words, meaning in _MEANINGS if words in problem), _OTHERWISE)
