-- What was taken in and given off in the window: cost, energy, solvents?
-- taken: rows of consumption inside the window with energy_kwh [kWh] and what of a loss is solvent (lost, recovered)
-- indicators_resources: run_id, replication, indicator, scope, subject, detail, numerator, denominator, value
CREATE OR REPLACE VIEW taken AS
SELECT c.*,
    CASE WHEN kind <> 'utility' OR starts_with(item, 'cooling') THEN 0.0
        WHEN split_part(item, '_', -1) = 'kWh' THEN amount
        WHEN split_part(item, '_', -1) = 'MJ' THEN amount / 3.6 ELSE 0.0 END AS energy_kwh,
    CASE WHEN kind <> 'loss' THEN '' WHEN starts_with(item, 'recovered') THEN 'recovered'
        WHEN contains(item, 'vapour') OR contains(item, 'liquor') THEN 'lost' ELSE '' END AS solvent
FROM consumption c JOIN windows w USING (run_id, replication) WHERE at_s > w.start_s AND at_s <= w.end_s;

CREATE OR REPLACE VIEW indicators_resources AS
WITH good AS (
    SELECT run_id, replication, scope, subject, numerator AS area_m2 FROM indicators_flow WHERE indicator = 'released'
), sums AS (
    SELECT g.run_id, g.replication, g.scope, g.subject, any_value(g.area_m2) AS good, coalesce(sum(cost_usd), 0) AS cost,
        coalesce(sum(energy_kwh), 0) AS energy, coalesce(sum(amount) FILTER (solvent = 'lost'), 0) AS lost,
        coalesce(sum(amount) FILTER (solvent = 'recovered'), 0) AS recovered
    FROM good g LEFT JOIN taken t
        ON t.run_id = g.run_id AND t.replication = g.replication AND (g.subject = '' OR t.product = g.subject)
    GROUP BY ALL
), long AS (
    SELECT run_id, replication, scope, subject, unnest([
        {'indicator': 'cost', 'numerator': cost, 'denominator': good},
        {'indicator': 'energy', 'numerator': energy, 'denominator': good},
        {'indicator': 'solvent_lost', 'numerator': lost, 'denominator': days},
        {'indicator': 'solvent_recovered', 'numerator': recovered, 'denominator': days}
    ], recursive := true)
    FROM sums JOIN windows USING (run_id, replication)
    UNION ALL
    SELECT run_id, replication, 'item', item, 'given_off', sum(amount), days
    FROM taken JOIN windows USING (run_id, replication) WHERE kind = 'loss'
    GROUP BY run_id, replication, item, days
)
SELECT run_id, replication, indicator, scope, subject, '' AS detail, numerator, denominator,
    quotient(numerator, denominator) AS value
FROM long;
