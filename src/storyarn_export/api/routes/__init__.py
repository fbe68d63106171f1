"""The operations, one module a noun. Each has `router`; `app` includes them all."""
