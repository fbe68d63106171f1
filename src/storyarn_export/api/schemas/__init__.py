"""What the operations take and give, as Pydantic models: one module a noun."""
