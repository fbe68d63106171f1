-- Tells those who listen on :channel, when and if the transaction is committed.
SELECT pg_notify(:channel, :payload)
