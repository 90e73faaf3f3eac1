use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::rules::Cluster;

thread_local! {
    /// The rules that were hashed last. While it is held weakly nobody can change them in place.
    static LAST: RefCell<(Weak<Cluster>, String)> = const { RefCell::new((Weak::new(), String::new())) };
}

/// The hash of the rules, worked out once as long as they stay in force: each tick needs it.
pub(super) fn hash(cluster: &Arc<Cluster>) -> String {
    LAST.with_borrow_mut(|(of, hash)| {
        if !std::ptr::eq(of.as_ptr(), Arc::as_ptr(cluster)) {
            (*of, *hash) = (Arc::downgrade(cluster), cluster.hash());
        }
        hash.clone()
    })
}
