//! The command line program.

use std::process::ExitCode;

/// Reading rules is many small allocations, which this one makes cheap.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    smartscale::cli::run()
}
