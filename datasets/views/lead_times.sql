-- How long does it take from the oldest ancestor's entry to shipping, and how much does it scatter?
-- lead_times: run_id, replication, product, material, lots [1], mean_d, sd_d, median_d, p90_d, longest_d [d]
CREATE OR REPLACE VIEW lead_times AS
SELECT run_id, replication, product, material, count(*) AS lots, avg(lead_d) AS mean_d, stddev_samp(lead_d) AS sd_d,
    quantile_cont(lead_d, 0.5) AS median_d, quantile_cont(lead_d, 0.9) AS p90_d, max(lead_d) AS longest_d
FROM (
    SELECT l.run_id, l.replication, product, material, (ended_s - born_s) / 86400 AS lead_d
    FROM lots l JOIN windows w USING (run_id, replication)
    WHERE fate = 'shipped' AND ended_s > w.start_s AND ended_s <= w.end_s
) GROUP BY ALL ORDER BY ALL;
