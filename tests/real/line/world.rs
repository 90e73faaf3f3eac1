//! The counterparts that the tests of the line share. Each test keeps to a pool, a namespace, a table, a launch template and a series of its
//! own, so that they run side by side.

use std::sync::LazyLock;

use kube::Client;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::counterparts::dynamodb::DynamoDbLocal;
use crate::counterparts::ec2::Ec2;
use crate::counterparts::kubernetes::{ControlPlane, Identity};
use crate::counterparts::prometheus::Prometheus;

/// One of each counterpart.
pub struct World {
    pub plane: ControlPlane,
    /// As admin: for the tests themselves.
    pub kubernetes: Client,
    pub dynamodb: DynamoDbLocal,
    pub ec2: Ec2,
    pub prometheus: Prometheus,
}

/// Run a test on the shared world. Its clients live in one runtime, which outlives every test.
pub fn on_the_world(test: impl AsyncFnOnce(&'static World)) {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    static WORLD: OnceCell<World> = OnceCell::const_new();
    RUNTIME.block_on(async {
        let world = WORLD.get_or_init(World::start).await;
        test(world).await;
    });
}

impl World {
    async fn start() -> World {
        let (plane, dynamodb, ec2, prometheus) =
            tokio::join!(ControlPlane::start(), DynamoDbLocal::start(), Ec2::start(), Prometheus::start(""));
        World { kubernetes: plane.client(Identity::Admin).await, plane, dynamodb, ec2, prometheus }
    }
}
