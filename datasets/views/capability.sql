-- How capable is each stage of its limits: Cpk (short term) and Ppk (long term), each with its 95 % interval?
-- Cpk takes sigma from the mean moving range / 1.128, as spc does; Ppk the standard deviation of all values (AIAG, Statistical
-- Process Control, 2nd ed. 2005; ISO 22514-2). Interval after Bissell, Applied Statistics 39 (1990) 331:
-- index -+ 1.96 sqrt(1 / (9 n) + index^2 / (2 f)), f = n - 1 for Ppk and 0.605 (n - 1) for Cpk, since a mean moving range
-- knows less of sigma (Cryer and Ryan, Journal of Quality Technology 22 (1990) 187).
-- Both intervals take lots for independent. Lots of one batch are alike: then the intervals come out too narrow, and Cpk too
-- high beside Ppk. Replications are independent: compare their values.
-- capability: run_id, replication, product, stage, limit, quantity, value_unit, source, n [1], mean, sd, sigma, lower, upper,
--     cpk, cpk_low, cpk_high, ppk, ppk_low, ppk_high [1]
CREATE OR REPLACE VIEW capability AS
WITH series AS (
    SELECT d.run_id, d.replication, d.product, d.stage, d."limit", d.quantity, d.value_unit, d.source, d.lower, d.upper, d.value,
        abs(d.value - lag(d.value) OVER (
            PARTITION BY d.run_id, d.replication, d.product, d.stage, d."limit", d.quantity, d.value_unit, d.source, d.lower,
                d.upper
            ORDER BY d.at_s, d.lot
        )) AS moved
    FROM dispositions d JOIN windows w ON w.run_id = d.run_id AND w.replication = d.replication
        AND d.at_s > w.start_s AND d.at_s <= w.end_s
    WHERE d.value IS NOT NULL AND d.quantity <> '' AND (d.lower IS NOT NULL OR d.upper IS NOT NULL)
        AND (d.lower = d.upper) IS NOT TRUE
), judged AS (
    SELECT run_id, replication, product, stage, "limit", quantity, value_unit, source, lower, upper, count(*) AS n,
        avg(value) AS mean, stddev_samp(value) AS sd, avg(moved) / 1.128 AS sigma
    FROM series GROUP BY ALL
), rated AS (
    SELECT *, least(upper - mean, mean - lower) AS room, room / nullif(3 * sigma, 0) AS cpk, room / nullif(3 * sd, 0) AS ppk
    FROM judged
), doubt AS (
    SELECT *, 1.96 * sqrt(1 / (9.0 * n) + cpk * cpk / (2 * 0.605 * (n - 1))) AS cpk_half,
        1.96 * sqrt(1 / (9.0 * n) + ppk * ppk / (2.0 * (n - 1))) AS ppk_half
    FROM rated
)
SELECT run_id, replication, product, stage, "limit", quantity, value_unit, source, n, mean, sd, sigma, lower, upper,
    cpk, cpk - cpk_half AS cpk_low, cpk + cpk_half AS cpk_high, ppk, ppk - ppk_half AS ppk_low, ppk + ppk_half AS ppk_high
FROM doubt ORDER BY run_id, replication, product, stage, "limit";
