-- Where is yield lost: by stage and limit, on which side, by whose limit?
-- yield_loss: run_id, replication, product, stage, limit, reason, source, rolls [1], area_m2 [m^2] lost or downgraded of the
--     rolls that ended in the measured time, share [1] of their coated area less what is cut off apart
CREATE OR REPLACE VIEW yield_loss AS
WITH known AS (
    SELECT run_id, replication, product, reason, any_value(stage) AS stage, any_value("limit") AS "limit",
        any_value(source) AS source
    FROM (
        SELECT v.run_id, v.replication, v.product, v.reason, d.stage, d."limit", d.source
        FROM verdicts v JOIN dispositions d ON d.run_id = v.run_id AND d.replication = v.replication AND d.lot = v.lot
            AND d.at_s = v.at_s AND d.action = v.action AND contains(v.reason, d."limit")
    ) GROUP BY ALL
), judged AS (
    SELECT run_id, replication, product, sum(area_m2) AS area_m2 FROM roll_areas WHERE kind <> 'apart' GROUP BY ALL
), lost AS (
    SELECT run_id, replication, product, reason, count(*) FILTER (area_m2 > 0) AS rolls, sum(area_m2) AS area_m2
    FROM roll_areas WHERE kind = 'lost' GROUP BY ALL
)
SELECT l.run_id, l.replication, l.product, k.stage, k."limit", l.reason, k.source, l.rolls, l.area_m2,
    l.area_m2 / j.area_m2 AS share
FROM lost l JOIN judged j USING (run_id, replication, product) LEFT JOIN known k USING (run_id, replication, product, reason)
WHERE l.area_m2 > 0 ORDER BY l.run_id, l.replication, l.area_m2 DESC, l.reason;
