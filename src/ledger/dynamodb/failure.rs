use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::aws::Fault;
use crate::ledger::LedgerError;
use crate::ledger::dynamodb::item::Item;

/// The table, for words.
#[derive(Clone, Debug)]
pub struct Place {
    pub table: String,
    pub region: String,
}

/// A failure that is no condition's.
pub fn failed<E>(place: &Place, error: &SdkError<E, HttpResponse>) -> LedgerError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let fault = Fault::of(error);
    if fault.code == "ResourceNotFoundException" {
        return LedgerError::NoTable { table: place.table.clone(), region: place.region.clone() };
    }
    if fault.is_denied() {
        return LedgerError::Denied { reason: fault.to_string() };
    }
    LedgerError::Unavailable { reason: fault.to_string() }
}

/// Why a conditional write was not done.
#[derive(Debug)]
pub enum Refusal {
    /// The condition on the lease or its fence did not hold; the item as it stands, where it was asked for.
    Condition(Option<Item>),
    /// Another request had hold of the item at that moment: worth another try.
    Conflict(LedgerError),
    Failed(LedgerError),
}

const CONFLICTS: [&str; 3] = ["TransactionConflictException", "TransactionConflict", "TransactionInProgressException"];

pub fn of_update(place: &Place, error: SdkError<UpdateItemError, HttpResponse>) -> Refusal {
    let words = failed(place, &error);
    match error.into_service_error() {
        UpdateItemError::ConditionalCheckFailedException(refused) => Refusal::Condition(refused.item),
        service if is_conflict(service.code()) => Refusal::Conflict(words),
        _ => Refusal::Failed(words),
    }
}

pub fn of_transaction(place: &Place, error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Refusal {
    let words = failed(place, error);
    let service = error.as_service_error();
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = service else {
        let code = service.and_then(ProvideErrorMetadata::code);
        return if is_conflict(code) { Refusal::Conflict(words) } else { Refusal::Failed(words) };
    };
    // One reason for each item, "None" for those that were not to blame.
    let to_blame = || cancelled.cancellation_reasons().iter().filter(|reason| reason.code().is_some_and(|code| code != "None"));
    if to_blame().any(|reason| reason.code() == Some("ConditionalCheckFailed")) {
        return Refusal::Condition(None);
    }
    let mut reasons: Vec<String> =
        to_blame().map(|reason| format!("{}: {}", reason.code().unwrap_or_default(), reason.message().unwrap_or("no message"))).collect();
    reasons.dedup();
    let words = LedgerError::Unavailable { reason: format!("the transaction was cancelled: {}", reasons.join("; ")) };
    let conflict = to_blame().all(|reason| is_conflict(reason.code()));
    if conflict { Refusal::Conflict(words) } else { Refusal::Failed(words) }
}

fn is_conflict(code: Option<&str>) -> bool {
    code.is_some_and(|code| CONFLICTS.contains(&code))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::{ErrorMetadata, SdkError};
    use aws_sdk_dynamodb::operation::get_item::GetItemError;
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
    use aws_sdk_dynamodb::types::CancellationReason;
    use aws_sdk_dynamodb::types::error::TransactionCanceledException;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use crate::ledger::LedgerError;
    use crate::ledger::dynamodb::failure::{Place, Refusal, failed, of_transaction};

    fn place() -> Place {
        Place { table: "smartscale".to_owned(), region: "eu-west-1".to_owned() }
    }

    fn answer<E>(error: E) -> SdkError<E, HttpResponse> {
        SdkError::service_error(error, HttpResponse::new(400.try_into().unwrap(), SdkBody::empty()))
    }

    #[test]
    fn denied_access_and_a_missing_table_are_told_apart() {
        let answered = |code: &str, message: &str| {
            failed(&place(), &answer(GetItemError::generic(ErrorMetadata::builder().code(code).message(message).build())))
        };
        let words = "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: dynamodb:GetItem";
        let denied = LedgerError::Denied { reason: format!("AccessDeniedException: {words}") };
        assert_eq!(answered("AccessDeniedException", words), denied);
        let missing = LedgerError::NoTable { table: "smartscale".to_owned(), region: "eu-west-1".to_owned() };
        assert_eq!(answered("ResourceNotFoundException", "Requested resource not found"), missing);
        let busy = LedgerError::Unavailable { reason: "ThrottlingException: slow down".to_owned() };
        assert_eq!(answered("ThrottlingException", "slow down"), busy);
    }

    #[test]
    fn a_cancelled_transaction_is_judged_by_its_reasons() {
        let cancelled = |codes: &[&str]| {
            let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
            let cancelled = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build();
            of_transaction(&place(), &answer(TransactWriteItemsError::TransactionCanceledException(cancelled)))
        };
        assert!(matches!(cancelled(&["ConditionalCheckFailed", "None"]), Refusal::Condition(_)));
        assert!(matches!(cancelled(&["ConditionalCheckFailed", "TransactionConflict"]), Refusal::Condition(_)));
        assert!(matches!(cancelled(&["TransactionConflict", "None"]), Refusal::Conflict(_)));
        let Refusal::Failed(error) = cancelled(&["ThrottlingError", "None"]) else { panic!("a throttle is no conflict") };
        assert_eq!(error.to_string(), "the ledger cannot be reached: the transaction was cancelled: ThrottlingError: no message");
    }
}
