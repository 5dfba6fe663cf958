-- Which replication went worst, by how much, and with which command is it repeated?
-- worst_replication: run_id, indicator, value_unit, replication, value, mean (over the replications), seed, repeat
CREATE OR REPLACE VIEW worst_replication AS
WITH ranked AS (
    SELECT run_id, scenario, indicator, value_unit, replication, value,
        avg(value) OVER (PARTITION BY run_id, indicator) AS mean,
        row_number() OVER (
            PARTITION BY run_id, indicator
            ORDER BY CASE WHEN indicator IN ('released', 'yield') THEN value ELSE -value END, replication
        ) AS place
    FROM indicators
    WHERE scope = 'line' AND detail = '' AND value IS NOT NULL
        AND indicator IN ('released', 'yield', 'lead_time', 'wip_lots', 'cost', 'energy', 'solvent_lost')
)
SELECT k.run_id, indicator, value_unit, replication, value, mean, seed,
    'twin run ' || k.scenario || ' --seed ' || seed || ' --days ' || format('{:.10g}', horizon_s / 86400) || ' --only ' || replication AS repeat
FROM ranked k JOIN runs USING (run_id) WHERE place = 1 ORDER BY k.run_id, indicator;
