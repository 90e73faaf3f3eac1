use crate::ledger::contract_tests::{at, holds};
use crate::ledger::{Claim, Ledger, MemoryLedger};

#[tokio::test]
async fn memory_keeps_the_contract() {
    holds(&MemoryLedger::new(), "memory").await;
}

#[tokio::test]
async fn a_lost_ledger_begins_anew() {
    let ledger = MemoryLedger::new();
    let claim = Claim { owner: "a".to_owned(), now: at(0), lasts: jiff::SignedDuration::from_secs(60), skew: jiff::SignedDuration::ZERO };
    let lost = ledger.acquire("c", &claim).await.unwrap().lease;
    ledger.lose("c");
    assert!(ledger.release(&lost).await.is_err());
    assert_eq!(ledger.acquire("c", &claim).await.unwrap().state, None);
}
