"""What does a request without our cookie cost? Nothing: the provider and most phones bring none."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class Cookies(SecureCookieSessionInterface):
    """The signed cookie, whose signature is looked at only where there is one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie says, or an empty one."""
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, if anybody has so much as looked at it or it says something."""
        if session.accessed or session.modified or session:
            super().save_session(app, session, response)
