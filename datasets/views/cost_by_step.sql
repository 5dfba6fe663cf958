-- What does a square metre cost, and how much energy does it take, by step?
-- cost_by_step: run_id, replication, product, station, stage, kind (feed, utility), cost_usd [USD], energy_kwh [kWh],
--     cost_usd_per_m2 [USD/m^2], energy_kwh_per_m2 [kWh/m^2] of first-grade area of the product shipped in the measured time
CREATE OR REPLACE VIEW cost_by_step AS
WITH steps AS (
    SELECT run_id, replication, product, station, stage, kind, sum(cost_usd) AS cost_usd, sum(energy_kwh) AS energy_kwh
    FROM taken WHERE kind IN ('feed', 'utility') GROUP BY ALL
)
SELECT s.*, cost_usd / nullif(f.numerator, 0) AS cost_usd_per_m2, energy_kwh / nullif(f.numerator, 0) AS energy_kwh_per_m2
FROM steps s LEFT JOIN indicators_flow f ON f.run_id = s.run_id AND f.replication = s.replication
    AND f.indicator = 'released' AND f.scope = 'product' AND f.subject = s.product
ORDER BY s.run_id, s.replication, s.product, s.cost_usd DESC, s.station, s.stage, s.kind;
