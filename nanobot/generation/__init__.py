"""The heart: one async generator from a request to its pictures. Knows neither Discord nor a command line.

May import `nanogpt`, `images`, `store`, `quotas` and what lies below them.
"""
