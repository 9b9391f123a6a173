"""The page of the sandbox, from the browser's side: HTTP and sockets, with the real bot behind them."""
