-- What became of a lot: what was made of it, down to what was shipped or scrapped?
-- descendants: run_id, replication, lot, descendant, generation [1] (1 for children; the shortest way), product, material,
--     fate, grade, area_m2 [m^2], cost_usd [USD]
CREATE OR REPLACE VIEW descendants AS
SELECT a.run_id, a.replication, a.ancestor AS lot, a.lot AS descendant, a.generation, l.product, l.material, l.fate, l.grade,
    l.area_m2, l.cost_usd
FROM ancestors a JOIN lots l ON l.run_id = a.run_id AND l.replication = a.replication AND l.lot = a.lot
ORDER BY ALL;
