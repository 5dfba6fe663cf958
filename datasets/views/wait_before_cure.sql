-- How long did each roll wait between winding and the oven, and how much solvent had it before and after?
-- wait_before_cure: run_id, replication, lot, product, wound_s, cure_start_s [s], wait_h [h], load [1],
--     residual_solvent_predried, residual_solvent_cured [kg/kg] (true values)
CREATE OR REPLACE VIEW wait_before_cure AS
WITH wound AS (
    SELECT run_id, replication, lot, max(end_s) AS wound_s FROM visits WHERE stage = 'winding' GROUP BY ALL
), cured AS (
    SELECT run_id, replication, lot, min(start_s) AS cure_start_s, arg_min(load, start_s) AS load
    FROM visits WHERE stage = 'curing' GROUP BY ALL
), solvent AS (
    SELECT run_id, replication, lot, arg_max(value, at_s) FILTER (stage = 'predrying') AS predried,
        arg_min(value, at_s) FILTER (stage = 'curing') AS cured
    FROM measurements WHERE measure = 'residual_solvent' GROUP BY ALL
)
SELECT c.run_id, c.replication, c.lot, l.product, w.wound_s, c.cure_start_s, (c.cure_start_s - w.wound_s) / 3600 AS wait_h,
    c.load, s.predried AS residual_solvent_predried, s.cured AS residual_solvent_cured
FROM cured c JOIN wound w USING (run_id, replication, lot) JOIN lots l USING (run_id, replication, lot)
LEFT JOIN solvent s USING (run_id, replication, lot)
ORDER BY c.run_id, c.replication, c.cure_start_s, c.lot;
