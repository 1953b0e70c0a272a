"""How often may one address knock?"""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# Phone networks put thousands of people behind one address: this stops a machine, not a crowd.
NEW_LINKS = "20 per minute; 120 per hour"

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)
