"""What do we keep of a photograph that somebody uploads?"""

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

LARGEST: Final = 8 * 1024 * 1024  # bytes, as it comes from a phone
MOST_PIXELS: Final = 50_000_000
# A JPEG is read small; anything else is unpacked whole, four bytes a pixel and more than once.
MOST_UNPACKED: Final = 16_000_000
WIDEST: Final = 800  # pixels: enough for a phone held close
_QUALITY: Final = 75
_TOO_MANY: Final = "This picture has too many pixels. Send a smaller photo."
# What Pillow raises of a file it cannot read; broken headers and EXIF bring more than OSError.
_UNREADABLE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
)


class NotAPhoto(ValueError):
    """Why it cannot be taken, in words for whoever uploads it."""


@dataclass(frozen=True)
class Photo:
    """A picture made anew from its pixels: no place, no camera, nothing hidden in it."""

    webp: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.webp).hexdigest()


def shrink(upload: bytes) -> Photo:
    """Make a small WebP of an upload, turned upright; raises NotAPhoto."""
    if len(upload) > LARGEST:
        raise NotAPhoto("This file is larger than 8 MB. Send a smaller photo.")
    try:
        with Image.open(BytesIO(upload), formats=("JPEG", "PNG", "WEBP")) as opened:
            _refuse_more_than(MOST_PIXELS, opened)
            opened.draft("RGB", (2 * WIDEST, 2 * WIDEST))
            _refuse_more_than(MOST_UNPACKED, opened)
            return _drawn_anew(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise NotAPhoto(_TOO_MANY) from fault
    except NotAPhoto:
        raise
    except _UNREADABLE as fault:
        raise NotAPhoto("This is not a photo we can read. Send a JPEG, PNG or WebP.") from fault


def _refuse_more_than(pixels: int, opened: Image.Image) -> None:
    if opened.width * opened.height > pixels:
        raise NotAPhoto(_TOO_MANY)


def _drawn_anew(opened: Image.Image) -> Photo:
    upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((WIDEST, WIDEST))
    # A new picture from the pixels alone: no EXIF, no colour profile, nothing appended.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = BytesIO()
    clean.save(out, "WEBP", quality=_QUALITY, method=4)
    return Photo(out.getvalue(), clean.width, clean.height)
