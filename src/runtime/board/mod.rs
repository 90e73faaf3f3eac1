//! What the faces show of a running loop: plain data, gathered from the reports of its ticks.

mod board_data;
mod fold;

pub use board_data::{Board, BoardDecision, BoardOperation, BoardPoint, Kind};
