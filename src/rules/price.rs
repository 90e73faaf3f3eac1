use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::rules::{Cluster, Number};

/// What instances cost on demand, in dollars per hour: the table that ships with SmartScale, and the user's own figures over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    own: BTreeMap<String, Number>,
}

static SHIPPED: LazyLock<BTreeMap<&'static str, Number>> = LazyLock::new(|| {
    let lines = include_str!("on_demand_prices.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).filter_map(|(name, price)| Some((name, price.parse().ok()?))).collect()
});

impl PriceList {
    /// With the user's own prices, which win over the table.
    #[must_use]
    pub const fn with(own: BTreeMap<String, Number>) -> Self {
        Self { own }
    }

    /// `None`: neither the table nor the user knows this type.
    #[must_use]
    pub fn on_demand(&self, instance_type: &str) -> Option<Number> {
        self.own.get(instance_type).or_else(|| SHIPPED.get(instance_type)).cloned()
    }

    /// What the budget reckons for one more worker: the on-demand price of the first instance type, or `max-price` where
    /// that is lower or the type's price is not known. `None`: nobody knows.
    #[must_use]
    pub fn of_next_worker(&self, cluster: &Cluster) -> Option<Number> {
        let listed = cluster.capacity.instances.first().and_then(|first| self.on_demand(first));
        match (listed, cluster.capacity.max_price.clone()) {
            (Some(listed), Some(most)) => Some(listed.min(most)),
            (listed, most) => listed.or(most),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::rules::PriceList;
    use crate::rules::price::SHIPPED;

    #[test]
    fn the_table_that_ships_is_whole_and_sorted() {
        let lines: Vec<&str> = include_str!("on_demand_prices.txt").lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.len(), SHIPPED.len(), "every line is read, and no type stands twice");
        assert!(lines.is_sorted());
        assert_eq!(PriceList::default().on_demand("t3.small"), Some("0.0208".parse().unwrap()));
    }

    #[test]
    fn the_users_own_price_wins() {
        let own = BTreeMap::from([("t3.small".to_owned(), "0.0228".parse().unwrap())]);
        assert_eq!(PriceList::with(own).on_demand("t3.small"), Some("0.0228".parse().unwrap()));
    }
}
