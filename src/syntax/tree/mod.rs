//! The tree of a `.scale` file: what was written, with every span, and no judgement of it.
//!
//! Names and texts borrow from the source. Literals keep their spelling beside their exact value; no number goes
//! through floating point. Nothing here is resolved: whether a name exists, a unit fits or a clause stands twice is
//! for the checker. What the parser could not read is gone from the tree, and the node that held it is `broken`:
//! it has been reported, so a checker keeps silent about what may be missing there.

mod cluster;
mod expr;
mod item;
mod literal;
mod rule;
mod test;
mod window;
mod words;

pub use cluster::{CapacitySetting, Cluster, ClusterEntry, DrainSetting, Every, Notify, Protect, Setting, SettingKind, Zones};
pub use expr::{Binary, BinaryOp, Call, Condition, Expr, ExprKind, Range};
pub use item::{Comment, Item, Let, Metric, Source, Tree, UnitMark};
pub use literal::{Decimal, Literal, LiteralKind, Period, Quote, Text};
pub use rule::{Clause, ClauseKind, Rule};
pub use test::{Expect, ExpectKind, Reason, Stretch, StretchKind, Test, TestStep};
pub use window::{Days, TimeOfDay, Window, WindowPart};
pub use words::{Channel, Event, Function, Guard, Hold, Unit, Weekday, Word};

use crate::source::Spanned;

/// A name or word as it stands in the source.
pub type Name<'s> = Spanned<&'s str>;
