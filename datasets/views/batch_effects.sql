-- What did a batch cause downstream: how much of what was made of it is good, second grade, lost, still inside, and why?
-- A lot that was pooled of several batches counts for each of them, wholly. A batch of which nothing was made has zeros.
-- batch_effects: run_id, replication, lot, product, material, descendants [1], shipped_m2, second_m2, lost_m2, inside_m2 [m^2],
--     reasons (of verdicts on its descendants and itself)
CREATE OR REPLACE VIEW batch_effects AS
WITH batches AS (
    SELECT run_id, replication, lot, product, material FROM lots WHERE length_m = 0 AND panels = 0
), areas AS (
    SELECT a.run_id, a.replication, a.ancestor AS lot, count(*) AS descendants,
        coalesce(sum(area_m2) FILTER (fate = 'shipped' AND grade = 0), 0) AS shipped_m2,
        coalesce(sum(area_m2) FILTER (fate = 'shipped' AND grade > 0), 0) AS second_m2,
        coalesce(sum(area_m2) FILTER (fate NOT IN ('shipped', 'inside', 'cut', 'pooled')), 0) AS lost_m2,
        coalesce(sum(area_m2) FILTER (fate = 'inside'), 0) AS inside_m2
    FROM ancestors a JOIN lots l ON l.run_id = a.run_id AND l.replication = a.replication AND l.lot = a.lot
    GROUP BY ALL
), told AS (
    SELECT run_id, replication, lot, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reasons
    FROM (
        SELECT run_id, replication, lot, reason FROM verdicts
        UNION ALL
        SELECT a.run_id, a.replication, a.ancestor, v.reason FROM verdicts v JOIN ancestors a USING (run_id, replication, lot)
    ) GROUP BY ALL
)
SELECT b.run_id, b.replication, b.lot, b.product, b.material, coalesce(a.descendants, 0) AS descendants,
    coalesce(a.shipped_m2, 0) AS shipped_m2, coalesce(a.second_m2, 0) AS second_m2, coalesce(a.lost_m2, 0) AS lost_m2,
    coalesce(a.inside_m2, 0) AS inside_m2, t.reasons
FROM batches b LEFT JOIN areas a USING (run_id, replication, lot) LEFT JOIN told t USING (run_id, replication, lot)
ORDER BY b.run_id, b.replication, lost_m2 DESC, b.lot;
