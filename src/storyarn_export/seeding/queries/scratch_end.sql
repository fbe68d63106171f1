-- The dice do not go with the transaction as the scratch tables do.
DROP FUNCTION pg_temp.roll(bigint, bigint, text, integer);
