//! The whole line, through the real binaries and with every counterpart at once: from a rules file to a node joined and a node drained.

mod answers;
mod blind;
mod daemon;
mod gate;
mod killed;
mod lambda;
mod plan;
mod program;
mod refusals;
mod slack;
mod stage;
mod table;
mod up_and_down;
mod world;
