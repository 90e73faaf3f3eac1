use serde_json::Value;

use crate::ledger::{LedgerError, SCHEMA};

/// One step of a stored state to the next schema.
pub type Migration = fn(&mut Value) -> Result<(), String>;

/// `MIGRATIONS[n]` takes a state from schema n + 1 to n + 2. Old states are read through them and written back in the new
/// schema by the next commit; none is ever read backwards.
pub const MIGRATIONS: [Migration; SCHEMA as usize - 1] = [];

/// Brings a stored state to this version's schema.
///
/// # Errors
/// `Newer` before anything else of the state is looked at; `Corrupt`.
pub fn forward(mut state: Value, migrations: &[Migration]) -> Result<Value, LedgerError> {
    let newest = u32::try_from(migrations.len()).unwrap_or(u32::MAX).saturating_add(1);
    let found = state.get("schema").and_then(Value::as_u64).and_then(|found| u32::try_from(found).ok());
    let found = found.filter(|found| *found >= 1).ok_or_else(|| corrupt("it has no `schema`"))?;
    if found > newest {
        return Err(LedgerError::Newer { found, known: newest });
    }
    for (from, migrate) in (1_u32..).zip(migrations).skip_while(|(from, _)| *from < found) {
        migrate(&mut state).map_err(|reason| corrupt(&format!("from schema {from} on: {reason}")))?;
        if let Some(schema) = state.get_mut("schema") {
            *schema = Value::from(from.saturating_add(1));
        }
    }
    Ok(state)
}

fn corrupt(reason: &str) -> LedgerError {
    LedgerError::Corrupt { what: "state".to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::ledger::LedgerError;
    use crate::ledger::migration::{Migration, forward};

    const STEPS: [Migration; 2] = [
        |state| {
            let old = state.as_object_mut().and_then(|state| state.remove("old")).ok_or("no `old`")?;
            state["new"] = old;
            Ok(())
        },
        |state| {
            state["more"] = Value::from(true);
            Ok(())
        },
    ];

    #[test]
    fn an_old_state_goes_through_every_step_that_it_lacks() {
        let whole = json!({ "schema": 3, "new": 1, "more": true });
        assert_eq!(forward(json!({ "schema": 1, "old": 1 }), &STEPS), Ok(whole.clone()));
        assert_eq!(forward(json!({ "schema": 2, "new": 1 }), &STEPS), Ok(whole.clone()));
        assert_eq!(forward(whole.clone(), &STEPS), Ok(whole));
    }

    #[test]
    fn a_newer_state_is_left_alone_and_a_broken_one_says_where() {
        assert_eq!(forward(json!({ "schema": 4 }), &STEPS), Err(LedgerError::Newer { found: 4, known: 3 }));
        let error = forward(json!({ "schema": 1 }), &STEPS).unwrap_err().to_string();
        assert_eq!(error, "the ledger's state cannot be read: from schema 1 on: no `old`");
        for broken in [json!({}), json!({ "schema": 0 }), json!([1])] {
            assert!(matches!(forward(broken, &STEPS), Err(LedgerError::Corrupt { .. })));
        }
    }
}
