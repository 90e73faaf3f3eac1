use std::collections::BTreeMap;

use crate::observe::Market;
use crate::plan::{Offering, Template};
use crate::rules::{Capacity, Number, PriceList, Zones};

/// Every offering that the configuration allows.
#[must_use]
pub(crate) fn all(template: &Template, capacity: &Capacity, prices: &PriceList) -> Vec<Offering> {
    let zones: Vec<&str> = zones(template, capacity);
    markets(Market::Spot, capacity).into_iter().flat_map(|market| of_market(market, &zones, template, capacity, prices)).collect()
}

/// The offerings for one slot, best first: the wanted market, in the zone with fewest workers each type in the order of
/// preference, then the next zone, then the other market (architecture.md: "next instance type → next zone → on-demand").
#[must_use]
pub(crate) fn order(
    wanted: Market,
    workers: &BTreeMap<String, u32>,
    template: &Template,
    capacity: &Capacity,
    prices: &PriceList,
) -> Vec<Offering> {
    let mut zones = zones(template, capacity);
    zones.sort_by_key(|zone| (workers.get(*zone).copied().unwrap_or(0), *zone));
    markets(wanted, capacity).into_iter().flat_map(|market| of_market(market, &zones, template, capacity, prices)).collect()
}

/// How many of `open` slots are to be spot, so that the pool comes nearest to the wanted share.
#[must_use]
pub(crate) fn spot_slots(capacity: &Capacity, spot_now: u32, pool_after: u32, open: u32) -> u32 {
    let share = capacity.spot.multiply(&Number::from(pool_after)).divide(&Number::integer(100)).unwrap_or(Number::ZERO);
    let wanted = share.round().to_i64().and_then(|wanted| u32::try_from(wanted).ok()).unwrap_or(0);
    wanted.saturating_sub(spot_now).min(open)
}

/// The wanted market first. On-demand alone never falls back to spot, unless the rules want some spot anyway.
fn markets(wanted: Market, capacity: &Capacity) -> Vec<Market> {
    let spot_allowed = !capacity.spot.is_zero();
    match wanted {
        Market::Spot if spot_allowed => vec![Market::Spot, Market::OnDemand],
        Market::OnDemand if spot_allowed => vec![Market::OnDemand, Market::Spot],
        Market::Spot | Market::OnDemand => vec![Market::OnDemand],
    }
}

fn zones<'a>(template: &'a Template, capacity: &Capacity) -> Vec<&'a str> {
    allowed_zones(template.subnets.iter().map(|subnet| subnet.zone.as_str()), capacity)
}

/// Those of these zones in which the rules let workers come up, by name.
pub(crate) fn allowed_zones<'a>(of_subnets: impl Iterator<Item = &'a str>, capacity: &Capacity) -> Vec<&'a str> {
    let allowed = |zone: &str| match &capacity.zones {
        Zones::Balanced => true,
        Zones::Only(only) => only.iter().any(|name| name == zone),
    };
    let mut zones: Vec<&str> = of_subnets.filter(|zone| allowed(zone)).collect();
    zones.sort_unstable();
    zones.dedup();
    zones
}

fn of_market(market: Market, zones: &[&str], template: &Template, capacity: &Capacity, prices: &PriceList) -> Vec<Offering> {
    let types: Vec<Option<String>> =
        if capacity.instances.is_empty() { vec![None] } else { capacity.instances.iter().cloned().map(Some).collect() };
    let mut offerings = Vec::new();
    for zone in zones {
        for instance_type in
            types.iter().filter(|name| market == Market::Spot || is_affordable(name.as_deref(), template, capacity, prices))
        {
            for subnet in template.subnets.iter().filter(|subnet| subnet.zone == *zone) {
                let (zone, subnet) = (subnet.zone.clone(), subnet.id.clone());
                offerings.push(Offering { market, instance_type: instance_type.clone(), zone, subnet });
            }
        }
    }
    offerings
}

/// An on-demand price is known beforehand: one above `max-price` is not asked for. Spot is bid for at `max-price` instead.
fn is_affordable(instance_type: Option<&str>, template: &Template, capacity: &Capacity, prices: &PriceList) -> bool {
    let price = instance_type.or(template.instance_type.as_deref()).and_then(|name| prices.on_demand(name));
    match (price, &capacity.max_price) {
        (Some(price), Some(most)) => price <= *most,
        _ => true,
    }
}
