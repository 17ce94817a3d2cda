"""Comparing two texts: the words that changed, and nothing of what did not."""

from hypothesis import given
from hypothesis import strategies as st

from publisher.editorial import content
from publisher.editorial.difference import Line, changes, compare


def text(line: Line, *kinds: str) -> str:
    return "".join(piece.text for piece in line.pieces if piece.kind in kinds)


def test_only_the_changed_words_of_a_line_are_marked() -> None:
    (line,) = compare(["Tiếp dân ngày 10 hằng tháng."], ["Tiếp dân ngày 15 hằng tháng."])
    assert line.kind == "changed"
    assert (text(line, "removed"), text(line, "added")) == ("10", "15")
    assert text(line, "same", "removed") == "Tiếp dân ngày 10 hằng tháng.".replace("10 ", "10  ")


def test_a_line_that_has_hardly_a_word_in_common_is_shown_whole() -> None:
    assert [line.kind for line in compare(["một hai ba bốn"], ["năm sáu bảy tám"])] == ["removed", "added"]


def test_unchanged_lines_shrink_to_one_on_either_side() -> None:
    old = ["a", "b", "c", "d", "cũ", "e", "f", "g"]
    new = ["a", "b", "c", "d", "mới", "e", "f", "g"]
    assert [line.kind for line in compare(old, new)] == ["gap", "same", "removed", "added", "same", "gap"]


def test_equal_texts_have_no_changes_and_every_field_has_a_name() -> None:
    one = content.Content(title="Một", body="Thân")
    assert changes(one, one) == []
    image = {"sha256": "0" * 64, "media_type": "image/png", "width": 1, "height": 1, "alt": "ảnh"}
    other = content.Content(
        title="Hai", body="Bài", summary="t", slogan="k", themes=("T1",), audiences=("nguoi_dan",), tags=("sipas",),
        source_number="1", images=(image,), variants={"portal": {"title": "r", "body": "b"}}, checks=("c",),
        correction="d",
    )  # fmt: skip
    assert [change.title for change in changes(one, other)] == [
        "Tiêu đề", "Tóm tắt", "Nội dung", "Khẩu hiệu", "Chủ đề", "Đối tượng", "Nhãn", "Số văn bản", "Ảnh",
        "Bản riêng từng kênh", "Cần kiểm tra", "Nội dung đính chính",
    ]  # fmt: skip


_words = st.lists(st.sampled_from(["một", "hai", "ba", "bốn", "năm"]), max_size=8).map(" ".join)


@given(st.lists(_words.filter(bool), max_size=6), st.lists(_words.filter(bool), max_size=6))
def test_what_was_kept_or_added_makes_the_new_text(old: list[str], new: list[str]) -> None:
    lines = [line for line in compare(old, new) if line.kind in {"changed", "added", "removed"}]
    added = " ".join(text(line, "same", "added") for line in lines if line.kind != "removed").split()
    kept = [line for line in new if line not in old]
    for line in kept:
        assert all(word in added for word in line.split())
    if old == new:
        assert not lines
