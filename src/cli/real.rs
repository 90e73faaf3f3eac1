use std::sync::Arc;

use jiff::Timestamp;

use crate::cli::arguments::WorldArguments;
use crate::cli::output::complain;
use crate::cli::setting::{complain_of_rules, configuration};
use crate::rules::Cluster;
use crate::runtime::configuration::Configuration;
use crate::runtime::real::{ConnectError, RealWorld, connect};
use crate::runtime::tick::Order;
use crate::runtime::{Clock as _, LiveRules, owner};

/// The configuration and the rules that a command works with.
pub struct Setting {
    pub configuration: Configuration,
    pub rules: LiveRules,
}

impl Setting {
    /// Reads both, or says what is wrong.
    pub fn read(arguments: &WorldArguments) -> Option<Self> {
        let configuration = configuration(&arguments.config)?;
        let wanted = arguments.cluster.as_deref().or(configuration.settings.cluster.as_deref());
        match LiveRules::start(&configuration.rules_path(), wanted) {
            Ok(rules) => Some(Self { configuration, rules }),
            Err(error) => {
                complain_of_rules(&error);
                None
            }
        }
    }

    /// The order for one tick from now.
    pub fn order(&self, world: &RealWorld, face: &str, evaluate_now: bool) -> Order {
        let now = world.clock.now();
        let budget = self.configuration.settings.daemon.budget;
        Order {
            cluster: self.cluster(),
            prices: self.configuration.prices(),
            notices: Vec::new(),
            owner: owner(face, now),
            deadline: now.saturating_add(budget).unwrap_or(Timestamp::MAX),
            evaluate_now,
        }
    }

    pub fn cluster(&self) -> Arc<Cluster> {
        self.rules.cluster()
    }

    /// Sets up the world, or says why it cannot be.
    pub async fn connect(&self) -> Option<RealWorld> {
        match connect(&self.configuration).await {
            Ok(world) => Some(world),
            Err(error) => {
                let error: ConnectError = error;
                complain(&error.to_string(), error.help());
                None
            }
        }
    }
}
