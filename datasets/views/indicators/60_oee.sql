-- What is the OEE of each station by ISO 22400, and, apart from it, by SEMI E79?
-- bad_shares: share of what each operation treated that the verdicts on it did not let pass: its last one before them
-- operations: operations that ended in the window, the last stage of those that overlap standing for all
-- indicators_oee: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW bad_shares AS
WITH judged AS (
    SELECT run_id, replication, lot, stage, at_s, row_number() OVER () AS verdict,
        CASE WHEN action <> 'cut' THEN 1.0
            WHEN length_m > 0 THEN greatest(0.0, least(1.0, coalesce(value - upper, 0) / length_m)) ELSE 0.0 END AS share
    FROM dispositions WHERE action IN ('repeat', 'downgrade', 'cut', 'scrap')
), matched AS (
    SELECT v.run_id, v.replication, v.lot, v.stage, v.start_s, v.attempt, share
    FROM judged j JOIN visits v
        ON v.run_id = j.run_id AND v.replication = j.replication AND v.lot = j.lot AND v.stage = j.stage AND v.end_s <= j.at_s
    QUALIFY row_number() OVER (PARTITION BY verdict ORDER BY v.end_s DESC, coalesce(v.sequence, v.start_s) DESC) = 1
)
SELECT run_id, replication, lot, stage, start_s, attempt, max(share) AS share FROM matched GROUP BY ALL;

CREATE OR REPLACE VIEW operations AS
SELECT v.run_id, v.replication, v.station, v.lot, v.end_s,
    arg_max((v.end_s - v.start_s) / v.load, coalesce(v.sequence, v.start_s)) AS time_s,
    arg_max(v.load, coalesce(v.sequence, v.start_s)) AS load,
    arg_max(v.mass_out_kg, coalesce(v.sequence, v.start_s)) AS mass_kg, max(coalesce(b.share, 0)) AS bad
FROM visits v JOIN windows w ON w.run_id = v.run_id AND w.replication = v.replication
    AND v.end_s > w.start_s AND v.end_s <= w.end_s
LEFT JOIN bad_shares b ON b.run_id = v.run_id AND b.replication = v.replication AND b.lot = v.lot AND b.stage = v.stage
    AND b.start_s = v.start_s AND b.attempt = v.attempt
GROUP BY ALL;

CREATE OR REPLACE VIEW indicators_oee AS
WITH times AS (
    SELECT run_id, replication, station, sum(time_s) AS total,
        coalesce(sum(time_s) FILTER (state = 'busy'), 0) AS busy,
        coalesce(sum(time_s) FILTER (state NOT IN ('off shift', 'maintenance')), 0) AS planned
    FROM state_times GROUP BY ALL
), loads AS (
    SELECT run_id, replication, station, greatest(1, max(load)) AS most FROM visits GROUP BY ALL
), done AS (
    SELECT o.run_id, o.replication, o.station, sum(time_s) AS worked, sum(time_s * load / most) AS needed,
        sum(mass_kg) AS treated, sum(mass_kg * (1 - bad)) AS passed
    FROM operations o JOIN loads USING (run_id, replication, station) GROUP BY ALL
), each AS (
    SELECT run_id, replication, station, total, busy, planned, coalesce(worked, 0) AS worked,
        coalesce(needed, 0) AS needed, coalesce(treated, 0) AS treated, coalesce(passed, 0) AS passed
    FROM times LEFT JOIN done USING (run_id, replication, station)
), factors AS (
    SELECT *, coalesce(ratio(busy, planned), 1) AS a, coalesce(ratio(needed, worked), 1) AS e,
        coalesce(ratio(passed, treated), 1) AS q
    FROM each
), long AS (
    SELECT run_id, replication, station, unnest([
        {'indicator': 'availability', 'numerator': busy, 'denominator': planned},
        {'indicator': 'effectiveness', 'numerator': needed, 'denominator': worked},
        {'indicator': 'quality', 'numerator': passed, 'denominator': treated},
        {'indicator': 'oee', 'numerator': planned * a * e * q, 'denominator': planned},
        {'indicator': 'oee_e79', 'numerator': busy * e * q, 'denominator': total}
    ], recursive := true)
    FROM factors
)
SELECT run_id, replication, indicator, 'station' AS scope, station AS subject, '' AS detail, numerator, denominator,
    ratio(numerator, denominator) AS value
FROM long;
