#![no_main]
#![expect(dead_code, reason = "each target asks for one of the properties")]

#[path = "../../tests/support/holds.rs"]
mod holds;
#[path = "../../tests/support/shape.rs"]
mod shape;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| holds::checks(bytes));
