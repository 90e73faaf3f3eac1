use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ledger::migration::{MIGRATIONS, forward};
use crate::ledger::{LedgerError, SCHEMA, State};

/// The stored form: JSON, which people and other tools can read.
///
/// # Errors
/// `Corrupt`, for data that has no JSON form.
pub fn encode<T: Serialize>(what: &str, value: &T) -> Result<Vec<u8>, LedgerError> {
    serde_json::to_vec(value).map_err(|error| corrupt(what, &error))
}

/// # Errors
/// `Corrupt`, naming `what`.
pub fn decode<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, LedgerError> {
    serde_json::from_slice(bytes).map_err(|error| corrupt(what, &error))
}

/// # Errors
/// `Newer` before anything else of the state is looked at; `Corrupt`.
pub fn decode_state(bytes: &[u8]) -> Result<State, LedgerError> {
    #[derive(Deserialize)]
    struct Schema {
        schema: u32,
    }
    let Schema { schema } = decode("state", bytes)?;
    if schema == SCHEMA {
        return decode("state", bytes);
    }
    state_from(decode("state", bytes)?)
}

/// A state out of its stored form, brought forward to this version's schema.
///
/// # Errors
/// `Newer` before anything else of the state is looked at; `Corrupt`.
pub fn state_from(stored: Value) -> Result<State, LedgerError> {
    serde_json::from_value(forward(stored, &MIGRATIONS)?).map_err(|error| corrupt("state", &error))
}

fn corrupt(what: &str, error: &serde_json::Error) -> LedgerError {
    LedgerError::Corrupt { what: what.to_owned(), reason: error.to_string() }
}
