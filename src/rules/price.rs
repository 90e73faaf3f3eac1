use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::rules::{Cluster, Number};

/// What instances cost on demand, in dollars per hour: the table that ships with SmartScale or one that the user has fetched,
/// and the user's own figures over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    /// Instead of the table that ships: of the user's own region.
    table: Option<BTreeMap<String, Number>>,
    own: BTreeMap<String, Number>,
}

static SHIPPED: LazyLock<BTreeMap<&'static str, Number>> = LazyLock::new(|| {
    let lines = include_str!("on_demand_prices.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).filter_map(|(name, price)| Some((name, price.parse().ok()?))).collect()
});

/// Reads a table of prices: a type and dollars per hour on each line, and comments after `#`.
///
/// # Errors
///
/// The number of the first line that is neither, from 1.
pub fn read_price_table(text: &str) -> Result<BTreeMap<String, Number>, usize> {
    let mut prices = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let (name, price, more) = (words.next(), words.next().and_then(|word| word.parse::<Number>().ok()), words.next());
        match (name, price, more) {
            (Some(name), Some(price), None) if price > Number::ZERO => prices.insert(name.to_owned(), price),
            _ => return Err(index + 1),
        };
    }
    Ok(prices)
}

impl PriceList {
    /// With the user's own prices, which win over the table.
    #[must_use]
    pub const fn with(own: BTreeMap<String, Number>) -> Self {
        Self { table: None, own }
    }

    /// With a table of the user's own region in the place of the one that ships.
    #[must_use]
    pub fn over(mut self, table: Option<BTreeMap<String, Number>>) -> Self {
        self.table = table;
        self
    }

    /// `None`: neither the table nor the user knows this type. A type that the user's own table lacks is not looked up in
    /// another region's.
    #[must_use]
    pub fn on_demand(&self, instance_type: &str) -> Option<Number> {
        let listed = || match &self.table {
            Some(table) => table.get(instance_type),
            None => SHIPPED.get(instance_type),
        };
        self.own.get(instance_type).or_else(listed).cloned()
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

    use crate::rules::price::SHIPPED;
    use crate::rules::{PriceList, read_price_table};

    #[test]
    fn the_table_that_ships_is_whole_and_sorted() {
        let lines: Vec<&str> = include_str!("on_demand_prices.txt").lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.len(), SHIPPED.len(), "every line is read, and no type stands twice");
        assert!(lines.is_sorted());
        assert_eq!(PriceList::default().on_demand("t3.small"), Some("0.0208".parse().unwrap()));
    }

    #[test]
    fn a_table_is_read_and_a_line_that_is_none_is_named() {
        let table = read_price_table("# eu\nt3.small 0.0228\n\nm5.large  0.107\n").unwrap();
        let list = PriceList::with(BTreeMap::from([("m5.large".to_owned(), "0.1".parse().unwrap())])).over(Some(table));
        assert_eq!(list.on_demand("t3.small"), Some("0.0228".parse().unwrap()));
        assert_eq!(list.on_demand("m5.large"), Some("0.1".parse().unwrap()), "the user's own figure");
        assert_eq!(list.on_demand("c5.large"), None, "another region's price is none");
        for wrong in ["t3.small", "t3.small cheap", "t3.small 0.02 USD", "t3.small 0", "t3.small -1"] {
            assert_eq!(read_price_table(&format!("# eu\n{wrong}")), Err(2), "{wrong}");
        }
        assert_eq!(read_price_table(include_str!("on_demand_prices.txt")).unwrap().len(), SHIPPED.len());
    }

    #[test]
    fn the_users_own_price_wins() {
        let own = BTreeMap::from([("t3.small".to_owned(), "0.0228".parse().unwrap())]);
        assert_eq!(PriceList::with(own).on_demand("t3.small"), Some("0.0228".parse().unwrap()));
    }
}
