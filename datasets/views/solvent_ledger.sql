-- How much of each solvent went in, came back, left as vapour or in liquor, and how much is that by good area?
-- A liquor is a mixture of several and stands in a row of its own, "liquors". not_accounted_kg is fed less recovered less
-- vapour: what went into liquors, products and stock. It is negative where the measured time saw more leave than come in, since
-- what was fed before it left in it; and missing for liquors, into which nothing is fed.
-- solvent_ledger: run_id, replication, product, solvent, fed_kg, recovered_kg, vapour_kg, liquor_kg, not_accounted_kg [kg],
--     recovered_share [1], fed_kg_per_m2 [kg/m^2]
CREATE OR REPLACE VIEW solvent_ledger AS
WITH named AS (
    SELECT DISTINCT run_id, item AS solvent FROM consumption c
    WHERE kind = 'feed' AND (
        item = 'DMF' OR EXISTS (
            SELECT 1 FROM consumption l WHERE l.run_id = c.run_id AND l.kind = 'loss'
                AND (l.item = 'recovered ' || c.item OR l.item = 'vapour ' || c.item)
        )
    )
), flows AS (
    SELECT t.run_id, t.replication, t.product, n.solvent, t.amount,
        CASE WHEN kind = 'feed' THEN 'fed' WHEN starts_with(item, 'recovered') THEN 'recovered' ELSE 'vapour' END AS flow
    FROM taken t JOIN named n ON n.run_id = t.run_id
        AND ((kind = 'feed' AND item = n.solvent)
            OR (kind = 'loss' AND item IN (
                'recovered ' || n.solvent, 'vapour ' || n.solvent, 'waste ' || n.solvent || ' vapour'
            )))
    UNION ALL
    SELECT run_id, replication, product, 'liquors', amount, 'liquor' FROM taken WHERE kind = 'loss' AND contains(item, 'liquor')
), sums AS (
    SELECT run_id, replication, product, solvent,
        coalesce(sum(amount) FILTER (flow = 'fed'), 0) AS fed_kg,
        coalesce(sum(amount) FILTER (flow = 'recovered'), 0) AS recovered_kg,
        coalesce(sum(amount) FILTER (flow = 'vapour'), 0) AS vapour_kg,
        coalesce(sum(amount) FILTER (flow = 'liquor'), 0) AS liquor_kg
    FROM flows GROUP BY ALL
)
SELECT s.*, CASE WHEN solvent <> 'liquors' THEN fed_kg - recovered_kg - vapour_kg END AS not_accounted_kg,
    recovered_kg / nullif(fed_kg, 0) AS recovered_share, fed_kg / nullif(f.numerator, 0) AS fed_kg_per_m2
FROM sums s LEFT JOIN indicators_flow f ON f.run_id = s.run_id AND f.replication = s.replication
    AND f.indicator = 'released' AND f.scope = 'product' AND f.subject = s.product
ORDER BY s.run_id, s.replication, s.product, s.solvent;
