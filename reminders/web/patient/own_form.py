"""Does a form come from the page we showed to the holder of this link?

Its token is signed and names the link: phones drop cookies, and whoever has no link gets no token.
"""

from typing import Any

from flask import current_app
from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms.csrf.core import CSRF  # type: ignore[import-untyped,unused-ignore]
from wtforms.validators import ValidationError  # type: ignore[import-untyped,unused-ignore]


class _LinkToken(CSRF):  # type: ignore[misc]  # WTForms has no types
    """Flask-WTF's token, made from the link instead of a cookie."""

    def setup_form(self, form: Any) -> Any:
        self.link_id: int = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Any) -> str:  # noqa: ARG002 - WTForms' name
        return form_token(self.link_id)

    def validate_csrf_token(self, form: Any, field: Any) -> None:  # noqa: ARG002 - WTForms' name
        if _link_of(field.data or "") != self.link_id:
            raise ValidationError("unsure")


class OwnForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form on one of the patient's own pages; alone it is a button."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = True
        csrf_class = _LinkToken

    def __init__(self, link_id: int) -> None:
        super().__init__(meta={"csrf_context": link_id})


def form_token(link_id: int) -> str:
    """What the forms on a page of this link carry."""
    return str(_signer().dumps(link_id))


def _link_of(token: str) -> int | None:
    try:
        return int(_signer().loads(token))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="patient-own-form")
