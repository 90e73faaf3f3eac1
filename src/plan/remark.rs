use serde::{Deserialize, Serialize};

use crate::plan::OperationId;
use crate::rules::Topic;

/// Something that happened to an operation, or a reason why nothing did, in one line for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub operation: Option<OperationId>,
    /// The news that it is, if it is any.
    pub topic: Option<Topic>,
    /// `node ip-10-0-1-7 (i-0abc) is ready after 94s`.
    pub text: String,
}

impl Remark {
    pub(crate) fn of(operation: &OperationId, text: impl Into<String>) -> Self {
        Self { operation: Some(operation.clone()), topic: None, text: text.into() }
    }

    pub(crate) fn general(text: impl Into<String>) -> Self {
        Self { operation: None, topic: None, text: text.into() }
    }

    pub(crate) fn news(mut self, topic: Topic) -> Self {
        self.topic = Some(topic);
        self
    }
}
