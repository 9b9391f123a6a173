"""Every mode that a file may come in, brought to eight bits of sRGB. May import only Pillow.

Pillow's plain conversions clip what is deeper than eight bits, and leave the colours of a profile (Display P3 of phones,
Adobe RGB, CMYK of printers) as wrong as if there were none.
"""

from __future__ import annotations

import math
from io import BytesIO

from PIL import Image, ImageCms

_SRGB_NAME = "sRGB"
_PROFILE_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}
_PROFILE_FAILURES = (ImageCms.PyCMSError, OSError, TypeError, ValueError)
_TRANSPARENT = {"RGBA": "RGB", "LA": "L"}
_RESIZABLE = frozenset({"RGB", "RGBA", "L", "LA", "CMYK", "LAB"})
_MAX_EIGHT_BITS, _MAX_SIXTEEN_BITS = 255, 65_535


def to_resizable(image: Image.Image) -> Image.Image:
    """Return `image` in a mode of eight bits a channel, of which a resampled picture is right; palettes are resolved."""
    if image.mode in _RESIZABLE:
        return image.convert("RGBA") if _is_keyed(image) else image
    if image.mode.startswith("I;16"):
        raw_mode = "L;16B" if image.mode == "I;16B" else "L;16"  # reads the upper half of each value
        return Image.frombytes("L", image.size, image.tobytes(), "raw", raw_mode)
    if image.mode in {"I", "F"}:
        return _from_deep(image)
    if image.mode == "1" and not _is_keyed(image):
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def without_unused_alpha(image: Image.Image) -> Image.Image:
    """Return `image` without its transparency if nothing in it shows through: what comes then is twice as fast."""
    if image.mode in _TRANSPARENT and image.getchannel("A").getextrema()[0] == _MAX_EIGHT_BITS:
        return image.convert(_TRANSPARENT[image.mode])
    return image


def _is_keyed(image: Image.Image) -> bool:
    """Tell whether one colour stands for transparency (a PNG's tRNS chunk), which a resampling would blur away."""
    return "transparency" in image.info and image.mode in {"1", "L", "RGB"}


def _from_deep(image: Image.Image) -> Image.Image:
    """Scale 32-bit grey by the range in use: 0-1, 0-255, 0-65535, else from its least to its greatest value."""
    low, high = (float(value) for value in image.getextrema() if not isinstance(value, tuple))
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return image.convert("L")
    if low < 0 or high > _MAX_SIXTEEN_BITS:
        scale, offset = _MAX_EIGHT_BITS / (high - low), -low * _MAX_EIGHT_BITS / (high - low)
    elif image.mode == "F" and high <= 1:
        scale, offset = _MAX_EIGHT_BITS, 0.0
    else:
        scale, offset = (1.0 if high <= _MAX_EIGHT_BITS else _MAX_EIGHT_BITS / _MAX_SIXTEEN_BITS), 0.0
    return image.convert("F").point(lambda value: value * scale + offset).convert("L")


def is_srgb(icc: bytes | None) -> bool:
    """Tell whether a profile, or none, means sRGB."""
    if icc is None:
        return True
    profile = _profile(icc)
    return profile is None or _names_srgb(profile)


def to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Return `image`, which `to_resizable` has been over, as RGB or RGBA of sRGB.

    A profile that is broken, or of another kind of colour than the picture, counts as none.
    """
    if image.mode in _TRANSPARENT:
        opaque = _opaque_to_srgb(image.convert(_TRANSPARENT[image.mode]), icc)
        opaque.putalpha(image.getchannel("A"))
        return opaque
    return _opaque_to_srgb(image, icc)


def _opaque_to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    profile = _profile(icc) if icc else None
    if image.mode == "LAB" and profile is None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    if profile is not None and _fits(profile, image):
        converted = _through_profile(image, profile)
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _profile(icc: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        return ImageCms.ImageCmsProfile(BytesIO(icc))
    except _PROFILE_FAILURES:
        return None


def _names_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    try:
        return ImageCms.getProfileDescription(profile).startswith(_SRGB_NAME)
    except _PROFILE_FAILURES:
        return False


def _fits(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> bool:
    return profile.profile.xcolor_space == _PROFILE_SPACES[image.mode] and not (
        image.mode == "RGB" and _names_srgb(profile)
    )


def _through_profile(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(
            image,
            profile,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except _PROFILE_FAILURES:
        return None
