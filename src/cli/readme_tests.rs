use clap::CommandFactory;

use crate::cli::arguments::Arguments;

/// The README's table names every command, with what can come after it.
#[test]
fn the_readme_names_every_command() {
    let readme = include_str!("../../README.md");
    for command in Arguments::command().get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        assert!(readme.contains(&format!("| `smartscale {name}")), "the README's table lacks `smartscale {name}`");
    }
}

#[test]
fn the_arguments_are_sound() {
    Arguments::command().debug_assert();
}
