/// So many ways are looked at each.
const MOST: usize = 200;

/// Every way to choose the zones of so many workers, the even ones first; of too many ways all in one zone, and the most even one.
pub fn zonings<'z>(zones: impl Iterator<Item = &'z str>, workers: usize) -> Vec<Vec<String>> {
    let zones: Vec<&str> = zones.collect();
    let mut ways = all(zones.len(), workers);
    if ways.len() > MOST {
        let in_one = |one: usize| (0..zones.len()).map(|zone| if zone == one { workers } else { 0 }).collect();
        let even = |zone: usize| workers.saturating_add(zone).checked_div(zones.len()).unwrap_or(0);
        ways = std::iter::once((0..zones.len()).map(even).collect()).chain((0..zones.len()).map(in_one)).collect();
    }
    ways.sort_by_cached_key(|way| way.iter().map(|here| here.saturating_mul(*here)).sum::<usize>());
    ways.into_iter().map(|way| in_turn(&zones, way)).collect()
}

/// How many workers each zone gets; no more ways than tell that there are too many.
fn all(zones: usize, workers: usize) -> Vec<Vec<usize>> {
    let mut ways: Vec<Vec<usize>> = vec![Vec::new()];
    for later in (0..zones).rev() {
        let more = |way: &Vec<usize>| {
            let left = workers.saturating_sub(way.iter().sum());
            // The last zone gets whatever is left.
            let least = if later == 0 { left } else { 0 };
            let way = way.clone();
            (least..=left).map(move |here| way.iter().copied().chain([here]).collect::<Vec<usize>>())
        };
        ways = ways.iter().flat_map(more).take(MOST + 1).collect();
    }
    ways
}

/// The zones in turn, those that want most first: whoever gets the first few alone has them well spread.
fn in_turn(zones: &[&str], mut way: Vec<usize>) -> Vec<String> {
    let mut chosen = Vec::new();
    while let Some((left, zone)) = way.iter_mut().zip(zones).rev().max_by_key(|(left, _)| **left).filter(|(left, _)| **left > 0) {
        *left -= 1;
        chosen.push((*zone).to_owned());
    }
    chosen
}
