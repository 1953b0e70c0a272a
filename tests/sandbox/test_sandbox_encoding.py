"""Does the sandbox count segments and sign as the provider does?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from reminders.sandbox.encoding import segments
from reminders.sandbox.signature import sign


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param("", 1, id="empty"),
        pytest.param("x" * 160, 1, id="160 plain"),
        pytest.param("x" * 161, 2, id="161 plain"),
        pytest.param("x" * 306, 2, id="two full parts"),
        pytest.param("x" * 307, 3, id="307 plain"),
        pytest.param("ñ¿¡éà" * 32, 1, id="GSM accents"),
        pytest.param("€" * 80, 1, id="80 euros"),
        pytest.param("€" * 81, 2, id="81 euros"),
        pytest.param("x" * 152 + "€" + "x" * 151, 2, id="an euro fits the seam"),
        pytest.param("x" * 152 + "€" + "x" * 152, 3, id="an euro is not torn at the seam"),
        pytest.param("á" * 70, 1, id="70 of UCS-2"),
        pytest.param("á" * 71, 2, id="71 of UCS-2"),
        pytest.param("😀" * 35, 1, id="35 faces"),
        pytest.param("😀" * 36, 2, id="36 faces"),
        pytest.param("😀" * 67, 3, id="faces are not torn"),
    ],
)
def test_segments_are_counted(body: str, count: int) -> None:
    assert segments(body) == count


@given(st.dictionaries(st.text(min_size=1), st.text()), st.text(min_size=8))
def test_the_sdk_believes_every_signature(fields: dict[str, str], token: str) -> None:
    url = "http://127.0.0.1:5000/hooks/text?a=b%2Fc"

    signature = sign(token, url, fields)

    assert RequestValidator(token).validate(url, fields, signature)
    assert not RequestValidator(token + "x").validate(url, fields, signature)
