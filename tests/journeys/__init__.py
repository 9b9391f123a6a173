"""What people do and see, told in their words: the real bot in a process of its own, on real sockets."""
