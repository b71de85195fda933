"""Names of applications in the network: by dynamic updates of a name server (RFC 2136), or kept by hand."""
