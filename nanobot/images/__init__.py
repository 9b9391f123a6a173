"""Pictures in and out: bytes in, bytes out, synchronous and pure but for `links` and `workers`.

May import of nanobot only `errors`; nothing of `nanogpt` or `store`.
"""
