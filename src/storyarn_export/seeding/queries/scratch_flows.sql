-- The tree of flows and how many nodes each has: at least 10, seldom over 150.
-- $1 seed, $2 flows, $3 nodes
INSERT INTO seed_flow (n, id, parent, position, nodes, first_node)
SELECT n, nextval('flows_id_seq'), parent, position, nodes, (sum(nodes) OVER (ORDER BY n) - nodes)::integer
FROM (
    SELECT n,
        CASE WHEN n % 10 > 0 THEN n - n % 10 WHEN n % 100 > 0 THEN n - n % 100 END AS parent,
        CASE WHEN n % 10 > 0 THEN n % 10 - 1 WHEN n % 100 > 0 THEN n % 100 / 10 + 8 ELSE n / 100 END AS position,
        (least + spare * upto / whole - spare * (upto - share) / whole)::integer AS nodes
    FROM (
        SELECT n, share, least, $3::bigint - least * $2::bigint AS spare,
            sum(share) OVER (ORDER BY n)::bigint AS upto, sum(share) OVER ()::bigint AS whole
        FROM (
            SELECT n, (1 + dice) * (1 + dice) * (1 + dice) AS share, least(10, $3::integer / nullif($2::integer, 0)) AS least
            FROM generate_series(0, $2 - 1) AS n
            CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, n, 'flow size', 100) AS dice) AS thrown
        ) AS one
    ) AS dealt
) AS size
ORDER BY n
