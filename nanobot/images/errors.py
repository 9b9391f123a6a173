"""What can be wrong with a picture or a link that a person gave. May import only `nanobot.errors`.

    PersonError
    ├── PictureError                the picture cannot be used
    │   ├── PictureUnreadable       it is damaged
    │   │   └── NotAPicture         its bytes are of no format that is read here
    │   ├── PictureTooLarge         decoding it would take too much memory, or it cannot be made to fit
    │   ├── PictureTooComplex       decoding it would take too much time
    │   ├── PictureTooCostly        it took more time or memory than a picture may, and was given up
    │   └── MaskEmpty               the mask marks nothing
    └── LinkError                   the link does not lead to a picture
        ├── LinkRefused             it is not a public web address
        ├── LinkUnreachable         nothing (good) answers there
        ├── LinkTooLarge            more bytes than are read
        ├── LinkTooSlow             not finished in time
        └── LinkNotAPicture         something else answers there

Every class hands its fields to `Exception` in order, so that an error crosses a process boundary whole.
"""

from __future__ import annotations

from typing_extensions import override

from nanobot.errors import PersonError

_NAME_CHARACTERS = 80
_READABLE = "JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP"
_BYTES_PER_MEGABYTE = 1_000_000


class PictureError(PersonError):
    """A picture that cannot be used; `name` is what its owner calls the file, if known."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.name = name

    @property
    def subject(self) -> str:
        """Return how the sentence starts: the file's name on one short line, or "The picture"."""
        words = " ".join((self.name or "").split())
        return words if len(words) <= _NAME_CHARACTERS else f"{words[:_NAME_CHARACTERS]}…"

    @override
    def __str__(self) -> str:
        return f"{self.subject or 'The picture'} {self._complaint()}"

    def _complaint(self) -> str:
        return "cannot be used: send another picture."


class PictureUnreadable(PictureError):
    @override
    def _complaint(self) -> str:
        return "is damaged: save it again as PNG or JPEG and send that file."


class NotAPicture(PictureUnreadable):
    @override
    def _complaint(self) -> str:
        return f"is not a picture that I can read: send a {_READABLE} file."


class PictureTooLarge(PictureError):
    """`width` and `height` are those of the file, in pixels."""

    def __init__(self, width: int, height: int, name: str | None = None) -> None:
        Exception.__init__(self, width, height, name)
        self.width = width
        self.height = height
        self.name = name

    @override
    def _complaint(self) -> str:
        return f"is too large ({self.width} × {self.height} pixels): make it smaller, and send it again."


class PictureTooComplex(PictureError):
    @override
    def _complaint(self) -> str:
        return "would take too long to open: save it again as PNG or plain JPEG and send that file."


class PictureTooCostly(PictureError):
    @override
    def _complaint(self) -> str:
        return (
            "takes more time or memory to read than is allowed: save it again, smaller, as PNG or plain JPEG "
            "and send that file."
        )


class MaskEmpty(PictureError):
    @override
    def _complaint(self) -> str:
        return "marks nothing as a mask: paint white what is to change and black what stays."


class LinkError(PersonError):
    """A link that does not lead to a picture; the text never repeats the link."""


class LinkRefused(LinkError):
    @override
    def __str__(self) -> str:
        return (
            "I only follow links to pictures on the public web (http:// or https://, without a password): "
            "attach the file instead."
        )


class LinkUnreachable(LinkError):
    """`status` is the answer's HTTP status, where there was an answer."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__(status)
        self.status = status

    @override
    def __str__(self) -> str:
        if self.status is None:
            return "Nothing answers at that link: check it, or attach the file instead."
        return (
            f"The site at that link answered with error {self.status}: check it, or attach the file instead."
        )


class LinkTooLarge(LinkError):
    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.max_bytes = max_bytes

    @override
    def __str__(self) -> str:
        megabytes = self.max_bytes / _BYTES_PER_MEGABYTE
        return f"The file at that link is larger than {megabytes:g} MB: link or attach a smaller one."


class LinkTooSlow(LinkError):
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @override
    def __str__(self) -> str:
        return (
            f"The site at that link took longer than {self.seconds:g} s: try again later, or attach the file."
        )


class LinkNotAPicture(LinkError):
    @override
    def __str__(self) -> str:
        return "That link does not lead to a picture itself: open the picture alone and copy its address, or attach the file."
