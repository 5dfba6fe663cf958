-- Where is the bottleneck, hour by hour: how did each station spend each hour, and which one was held the most?
-- bottleneck_by_hour: run_id, replication, hour (from 0, of the measured time), station, busy, set_up, blocked, starved,
--     waiting (crew, laboratory), down (repair, maintenance), off_shift [1, shares of its machines' time],
--     workload [1] (busy and set-up of the time it was able to work), held [1] (waiting for the laboratory too),
--     is_bottleneck (the laboratory if its workload is the highest, else the station that was held most)
CREATE OR REPLACE VIEW bottleneck_by_hour AS
WITH cut AS (
    SELECT s.run_id, s.replication, s.station, s.state, w.start_s AS zero_s, s.start_s, s.end_s,
        unnest(range(floor((greatest(s.start_s, w.start_s) - w.start_s) / 3600)::BIGINT,
            ceil((least(s.end_s, w.end_s) - w.start_s) / 3600)::BIGINT)) AS hour
    FROM states s JOIN windows w USING (run_id, replication) WHERE s.end_s > w.start_s AND s.start_s < w.end_s
), times AS (
    SELECT cut.run_id, cut.replication, hour, station, state,
        overlap(cut.start_s, cut.end_s, zero_s + 3600 * hour, least(zero_s + 3600 * (hour + 1), w.end_s)) AS time_s
    FROM cut JOIN windows w USING (run_id, replication)
), shares AS (
    SELECT run_id, replication, hour, station,
        coalesce(sum(time_s) FILTER (state = 'busy'), 0) / sum(time_s) AS busy,
        coalesce(sum(time_s) FILTER (state = 'set-up'), 0) / sum(time_s) AS set_up,
        coalesce(sum(time_s) FILTER (state = 'blocked'), 0) / sum(time_s) AS blocked,
        coalesce(sum(time_s) FILTER (state = 'idle'), 0) / sum(time_s) AS starved,
        coalesce(sum(time_s) FILTER (state IN ('waiting for crew', 'waiting for lab')), 0) / sum(time_s) AS waiting,
        coalesce(sum(time_s) FILTER (state IN ('down', 'waiting for repair', 'maintenance')), 0) / sum(time_s) AS down,
        coalesce(sum(time_s) FILTER (state = 'off shift'), 0) / sum(time_s) AS off_shift,
        coalesce(sum(time_s) FILTER (state = 'waiting for lab'), 0) / sum(time_s) AS for_lab
    FROM times GROUP BY ALL
), worked AS (
    SELECT * EXCLUDE (for_lab), 1 - down - off_shift AS able,
        CASE WHEN able > 0 THEN least(1.0, (busy + set_up) / able) END AS workload,
        CASE WHEN able > 0 THEN least(1.0, (busy + set_up + for_lab) / able) END AS held
    FROM shares
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY run_id, replication, hour ORDER BY workload DESC NULLS LAST, station
    ) = 1 AND (run_id, replication, station) NOT IN (
        SELECT (v.run_id, v.replication, v.station) FROM visits v JOIN lots USING (run_id, replication, lot)
    ) AS laboratory
    FROM worked
)
SELECT * EXCLUDE (able, laboratory), row_number() OVER (
    PARTITION BY run_id, replication, hour ORDER BY laboratory DESC, held DESC NULLS LAST, station
) = 1 AND held IS NOT NULL AS is_bottleneck
FROM ranked ORDER BY run_id, replication, hour, station;
