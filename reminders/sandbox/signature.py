"""Is this call really from the provider? The side that signs."""

import base64
import hmac
from collections.abc import Mapping


def sign(token: str, url: str, fields: Mapping[str, str]) -> str:
    """Sign a form post to `url`, as called: query included, fragment left out."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.digest(token.encode(), said.encode(), "sha1")
    return base64.b64encode(digest).decode()
