-- How did the machines spend the window, and which station is the bottleneck?
-- state_times: each state of each machine with time_s [s] inside the window
-- indicators_machines: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW state_times AS
SELECT s.run_id, s.replication, unit, station, state, semi_e10, iso_22400,
    overlap(s.start_s, s.end_s, w.start_s, w.end_s) AS time_s
FROM states s JOIN windows w USING (run_id, replication);

CREATE OR REPLACE VIEW indicators_machines AS
WITH shares AS (
    SELECT run_id, replication, 'time_share' AS indicator, 'unit' AS scope, unit AS subject, state AS detail, time_s
    FROM state_times
    UNION ALL
    SELECT run_id, replication, 'time_share', 'station', station, state, time_s FROM state_times
    UNION ALL
    SELECT run_id, replication, 'time_share_e10', 'station', station, semi_e10, time_s FROM state_times
), parts AS (
    SELECT run_id, replication, indicator, scope, subject, detail, sum(time_s) AS numerator FROM shares GROUP BY ALL
), summed AS (
    SELECT *, sum(numerator) OVER (PARTITION BY run_id, replication, indicator, scope, subject) AS denominator FROM parts
), stations AS (
    SELECT run_id, replication, station,
        coalesce(sum(time_s) FILTER (state IN ('busy', 'set-up')), 0) AS work, sum(time_s) AS total,
        coalesce(sum(time_s) FILTER (state IN ('busy', 'set-up', 'waiting for lab')), 0) AS held,
        coalesce(sum(time_s) FILTER (
            state NOT IN ('off shift', 'down', 'waiting for repair', 'maintenance')
        ), 0) AS able
    FROM state_times GROUP BY ALL
), ranked AS ( -- laboratory: it handles samples only, and no station works more of its able time
    SELECT *, row_number() OVER (PARTITION BY run_id, replication ORDER BY work / able DESC, station) = 1
        AND (run_id, replication, station) NOT IN (
            SELECT (v.run_id, v.replication, v.station) FROM visits v JOIN lots USING (run_id, replication, lot)
        ) AS laboratory
    FROM stations WHERE able > 0
), narrowest AS (
    SELECT * FROM ranked
    QUALIFY row_number() OVER (PARTITION BY run_id, replication ORDER BY laboratory DESC, held / able DESC, station) = 1
)
SELECT run_id, replication, indicator, scope, subject, detail, numerator, denominator,
    ratio(numerator, denominator) AS value FROM summed WHERE numerator > 0
UNION ALL
SELECT run_id, replication, 'occupied', 'station', station, '', work, total, ratio(work, total) FROM stations
UNION ALL
SELECT run_id, replication, 'workload', 'station', station, '', work, able, ratio(work, able) FROM stations
UNION ALL
SELECT run_id, replication, 'bottleneck', 'line', '', station, held, able, ratio(held, able) FROM narrowest;
