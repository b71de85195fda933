"""The HTTP API: problem documents, pages, streams and one route module a noun. `main.create_app` puts it together."""
