"""The rules of the HTTP server, without a socket."""
