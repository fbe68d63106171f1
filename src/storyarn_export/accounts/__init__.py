"""Who may do what: users with a workspace of their own, bearer tokens, project roles.

Nothing here commits; the caller owns the transaction.
"""
