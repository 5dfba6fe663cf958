-- Which replication went worst, by how much, and with which command is it repeated?
-- worst_replication: run_id, indicator, value_unit, replication, value, mean (over the replications), seed, repeat
-- (repeat names all that differs from the baseline, in SI units, quoted for a shell)
CREATE OR REPLACE VIEW worst_replication AS
WITH told AS (
    SELECT run_id, path, value_unit,
        CASE WHEN value IS NULL THEN value_text
            WHEN value = round(value) AND abs(value) < 1e15 THEN value::BIGINT::VARCHAR
            ELSE value::VARCHAR END AS written
    FROM parameters WHERE changed AND path NOT IN ('study.horizon', 'study.seed', 'study.replications')
), changed AS (
    SELECT run_id, string_agg(
        format(' --set ''{}={}{}''', path, replace(written, '''', '''\'''''),
            CASE WHEN coalesce(value_unit, '') IN ('', '1') THEN '' ELSE ' ' || value_unit END),
        '' ORDER BY path
    ) AS sets
    FROM told GROUP BY run_id
), ranked AS (
    SELECT run_id, indicator, value_unit, replication, value,
        avg(value) OVER (PARTITION BY run_id, indicator) AS mean,
        row_number() OVER (
            PARTITION BY run_id, indicator
            ORDER BY CASE WHEN indicator IN ('released', 'yield') THEN value ELSE -value END, replication
        ) AS place
    FROM indicators
    WHERE scope = 'line' AND detail = '' AND value IS NOT NULL
        AND indicator IN ('released', 'yield', 'lead_time', 'wip_lots', 'cost', 'energy', 'solvent_lost')
)
SELECT run_id, indicator, value_unit, replication, value, mean, seed,
    format(
        'twin run baseline{} --seed {} --days {:.10g} --only {}', coalesce(sets, ''), seed, horizon_s / 86400, replication
    ) AS repeat
FROM ranked JOIN runs USING (run_id) LEFT JOIN changed USING (run_id) WHERE place = 1 ORDER BY run_id, indicator;
