"""Who may make how many pictures until when: the pure policy, and the desk that holds, settles and releases.

Layer 2: may import `nanobot.store` and layer 0.
"""
