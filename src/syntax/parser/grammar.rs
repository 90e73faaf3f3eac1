//! The parser that pest derives from `grammar/scale.pest`.

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "grammar/scale.pest"]
pub struct ScaleParser;
