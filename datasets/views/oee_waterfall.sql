-- What is the OEE (ISO 22400) of each station, and which loss is the biggest: from all time down to good time?
-- oee_waterfall: run_id, replication, station, step (from 1), part, hours [h] (losses negative), share [1] of the planned time
-- Planned (busy) time is all machine time less off shift and planned maintenance.
CREATE OR REPLACE VIEW oee_waterfall AS
WITH factors AS (
    SELECT run_id, replication, subject AS station,
        coalesce(max(value) FILTER (indicator = 'effectiveness'), 1) AS effectiveness,
        coalesce(max(value) FILTER (indicator = 'quality'), 1) AS quality
    FROM indicators_oee GROUP BY ALL
), times AS (
    SELECT run_id, replication, station, state, sum(time_s) / 3600 AS hours FROM state_times GROUP BY ALL
), busy AS (
    SELECT f.*, coalesce(hours, 0) AS hours
    FROM factors f LEFT JOIN times t
        ON t.run_id = f.run_id AND t.replication = f.replication AND t.station = f.station AND t.state = 'busy'
), steps AS (
    SELECT run_id, replication, station, 1 AS step, 'all machine time' AS part, sum(hours) AS hours FROM times GROUP BY ALL
    UNION ALL
    SELECT run_id, replication, station, 2, state, -hours FROM times WHERE state IN ('off shift', 'maintenance') AND hours > 0
    UNION ALL
    SELECT run_id, replication, station, 3, 'planned time', sum(hours) FROM times
    WHERE state NOT IN ('off shift', 'maintenance') GROUP BY ALL
    UNION ALL
    SELECT run_id, replication, station, 4, state, -hours FROM times
    WHERE state NOT IN ('off shift', 'maintenance', 'busy') AND hours > 0
    UNION ALL
    SELECT run_id, replication, station, 5, 'busy time', hours FROM busy
    UNION ALL
    SELECT run_id, replication, station, 6, 'loads not full', -hours * (1 - effectiveness) FROM busy
    UNION ALL
    SELECT run_id, replication, station, 7, 'not passed', -hours * effectiveness * (1 - quality) FROM busy
    UNION ALL
    SELECT run_id, replication, station, 8, 'good time', hours * effectiveness * quality FROM busy
)
SELECT *, hours / nullif(max(hours) FILTER (step = 3) OVER (PARTITION BY run_id, replication, station), 0) AS share
FROM steps ORDER BY run_id, replication, station, step, part;
