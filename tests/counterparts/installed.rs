//! Where `test.sh` has put the counterparts.

use std::env;
use std::path::PathBuf;

/// The folder of an installed counterpart: a link in `$SMARTSCALE_COUNTERPARTS`, else in the user's cache. A test that wants it and
/// finds none fails: skipping would look like success.
pub fn folder(name: &str) -> PathBuf {
    let set = env::var_os("SMARTSCALE_COUNTERPARTS").map(PathBuf::from).unwrap_or_else(|| cache().join("smartscale/counterparts"));
    let folder = set.join(name);
    assert!(folder.is_dir(), "no `{name}` at {}: run ./test.sh once: it installs the counterparts", folder.display());
    folder
}

/// A program of an installed counterpart.
pub fn program(counterpart: &str, program: &str) -> String {
    folder(counterpart).join(program).display().to_string()
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").expect("HOME is set")).join(".cache");
    env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()).map(PathBuf::from).unwrap_or_else(home)
}
