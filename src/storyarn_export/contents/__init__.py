"""The bytes of assets: taken in, given back, and forgotten when no asset has them any more.

- `taking`: bytes on their way into the store, counted, hashed and looked at
- `replace`: an asset gets other bytes
- `unclaimed`: removes bytes that are no asset's
"""
