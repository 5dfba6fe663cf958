-- How capable is each stage of its limits: Cpk with its 95 % interval?
-- Interval after Bissell, Applied Statistics 39 (1990) 331: Cpk -+ 1.96 sqrt(1 / (9 n) + Cpk^2 / (2 (n - 1))).
-- capability: run_id, replication, product, stage, limit, quantity, value_unit, source, n [1], mean, sd, lower, upper, cpk,
--     cpk_low, cpk_high [1]
CREATE OR REPLACE VIEW capability AS
WITH judged AS (
    SELECT d.run_id, d.replication, d.product, d.stage, d."limit", d.quantity, d.value_unit, d.source, d.lower, d.upper,
        count(*) AS n, avg(d.value) AS mean, stddev_samp(d.value) AS sd
    FROM dispositions d JOIN windows w ON w.run_id = d.run_id AND w.replication = d.replication
        AND d.at_s > w.start_s AND d.at_s <= w.end_s
    WHERE d.value IS NOT NULL AND d.quantity <> '' AND (d.lower IS NOT NULL OR d.upper IS NOT NULL)
        AND (d.lower = d.upper) IS NOT TRUE
    GROUP BY ALL
), rated AS (
    SELECT *, least((upper - mean) / nullif(3 * sd, 0), (mean - lower) / nullif(3 * sd, 0)) AS cpk FROM judged
)
SELECT *, cpk - 1.96 * sqrt(1 / (9.0 * n) + cpk * cpk / (2.0 * (n - 1))) AS cpk_low,
    cpk + 1.96 * sqrt(1 / (9.0 * n) + cpk * cpk / (2.0 * (n - 1))) AS cpk_high
FROM rated ORDER BY run_id, replication, product, stage, "limit";
