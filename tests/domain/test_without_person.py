"""What points to one person is taken out of a text before another gets it."""

import pytest

from app.domain.without_person import without_person


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("王小姐您好，马上为您重做", "{{ customer.name }}您好，马上为您重做"),
        ("尊敬的李建国先生：已退款", "尊敬的{{ customer.name }}：已退款"),
        ("请拨打13800001001联系", "请拨打{{ phone }}联系"),
        ("call +1 (415) 555-0123 now", "call {{ phone }} now"),
        ("订单A1024已退款", "订单{{ order.number }}已退款"),
        ("order #20261123001 refunded", "order {{ order.number }} refunded"),
        ("2026年11月23日送到", "{{ date }}送到"),
        ("11月23日送到", "{{ date }}送到"),
        ("发到 li@mail.example 了", "发到 {{ email }} 了"),
        ("详见 https://x.example/o/1?t=2 。", "详见 {{ link }} 。"),
        ("送到南京西路1266号，请查收", "{{ address }}，请查收"),
        ("Dear Alice, Mr. Smith will call", "Dear {{ customer.name }}, {{ customer.name }} will call"),
        ("非常抱歉，2小时内为您重做一个", "非常抱歉，2小时内为您重做一个"),
    ],
)
def test_names_numbers_and_places_become_holes(text: str, left: str) -> None:
    assert without_person(text, None) == left


def test_what_is_known_of_them_goes_wherever_it_stands() -> None:
    text = "三丰，您订的巧克力蛋糕（B-77）已重做"
    left = without_person(text, "三丰", ["巧克力", "B-77", "x", " "])
    assert left == "{{ customer.name }}，您订的{{ detail }}蛋糕（{{ order.number }}）已重做"
