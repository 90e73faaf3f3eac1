use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::diagnostic::{codes, document};

/// `smartscale explain CODE`.
pub fn explain(code: &str) -> Exit {
    let wanted = code.trim().to_ascii_uppercase();
    let all = codes::all();
    let Some(found) = all.iter().find(|known| known.id() == wanted) else {
        let nearest = all.iter().map(|known| known.id()).min_by_key(|known| strsim::damerau_levenshtein(known, &wanted));
        let help = nearest.map(|nearest| format!("did you mean `{nearest}`? `smartscale explain --all` lists them all"));
        complain(&format!("there is no code `{code}`"), help.as_deref());
        return Exit::Failed;
    };
    let entry = found.entry();
    let mut text = format!("{}: {}\n\n{}\n", entry.id, entry.title, entry.why);
    for (title, example) in [("For example", entry.example), ("Instead", entry.fix)] {
        if !example.is_empty() {
            text.push_str(&format!("\n{title}:\n\n"));
            for line in example.trim_matches('\n').lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
    }
    print(&text);
    Exit::Clean
}

/// `smartscale explain --all`: what `docs/errors.md` holds.
pub fn all() -> Exit {
    print(&document());
    Exit::Clean
}
