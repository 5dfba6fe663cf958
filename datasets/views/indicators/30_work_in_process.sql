-- How much is inside on time average: lots, mass, coated area; an operation counts at its end?
-- indicators_wip: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW indicators_wip AS
WITH steps AS (
    SELECT v.run_id, v.replication, v.lot, end_s, mass_in_kg, area_in_m2,
        lag(end_s, 1, created_s) OVER (
            PARTITION BY v.run_id, v.replication, v.lot ORDER BY end_s, coalesce(v.sequence, start_s)
        ) AS since_s
    FROM visits v JOIN lots USING (run_id, replication, lot)
), held AS (
    SELECT run_id, replication, lot, max(s.end_s) AS last_s,
        sum(mass_in_kg * overlap(since_s, s.end_s, w.start_s, w.end_s)) AS mass_kg_s,
        sum(area_in_m2 * overlap(since_s, s.end_s, w.start_s, w.end_s)) AS area_m2_s
    FROM steps s JOIN windows w USING (run_id, replication) GROUP BY ALL
), each AS (
    SELECT l.run_id, l.replication, l.product, overlap(created_s, ended_s, start_s, end_s) AS lots_s,
        overlap(coalesce(last_s, created_s), ended_s, start_s, end_s) AS rest_s,
        coalesce(mass_kg_s, 0) + rest_s * mass_kg AS mass_kg_s, coalesce(area_m2_s, 0) + rest_s * area_m2 AS area_m2_s
    FROM lots l JOIN windows USING (run_id, replication) LEFT JOIN held USING (run_id, replication, lot)
), long AS (
    SELECT s.run_id, s.replication, s.scope, s.subject, unnest([
        {'indicator': 'wip_lots', 'numerator': coalesce(sum(lots_s), 0)},
        {'indicator': 'wip_mass', 'numerator': coalesce(sum(mass_kg_s), 0)},
        {'indicator': 'wip_area', 'numerator': coalesce(sum(area_m2_s), 0)}
    ], recursive := true)
    FROM scopes s
    LEFT JOIN each e ON e.run_id = s.run_id AND e.replication = s.replication AND (s.subject = '' OR e.product = s.subject)
    GROUP BY s.run_id, s.replication, s.scope, s.subject
)
SELECT run_id, replication, indicator, scope, subject, '' AS detail, numerator, seconds AS denominator,
    quotient(numerator, seconds) AS value
FROM long JOIN windows USING (run_id, replication);
