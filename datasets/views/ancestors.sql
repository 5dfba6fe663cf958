-- What was a lot made of: its parents, their parents, up to the orders?
-- ancestors: run_id, replication, lot, ancestor, generation [1] (1 for parents; the shortest way), product, material, maker
CREATE OR REPLACE VIEW ancestors AS
WITH RECURSIVE up AS (
    SELECT run_id, replication, child AS lot, parent AS ancestor, 1 AS generation FROM genealogy
    UNION
    SELECT up.run_id, up.replication, up.lot, g.parent, up.generation + 1
    FROM up JOIN genealogy g ON g.run_id = up.run_id AND g.replication = up.replication AND g.child = up.ancestor
), shortest AS (
    SELECT run_id, replication, lot, ancestor, min(generation) AS generation FROM up GROUP BY ALL
)
SELECT s.run_id, s.replication, s.lot, s.ancestor, s.generation, a.product, a.material, a.maker
FROM shortest s JOIN lots a ON a.run_id = s.run_id AND a.replication = s.replication AND a.lot = s.ancestor
ORDER BY ALL;
