use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::rules::{Number, PriceList, read_price_table};
use crate::runtime::configuration::{ConfigurationError, Settings};

/// The settings and the folder that their paths are relative to.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub settings: Settings,
    pub path: PathBuf,
    pub environment: Environment,
    /// The prices of `price-table`, where one is named.
    price_table: Option<BTreeMap<String, Number>>,
}

/// The process environment as it was at the start: the one place that reads it.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    #[must_use]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect())
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

impl Configuration {
    /// Reads a file, and the table of prices that it names.
    ///
    /// # Errors
    ///
    /// Where one cannot be read, it is no TOML, or says something that is not known.
    pub fn load(path: &Path, environment: Environment) -> Result<Self, ConfigurationError> {
        let mut configuration = Self::load_without_prices(path, environment)?;
        configuration.price_table = configuration.price_table_file().map(|file| read_prices(&file)).transpose()?;
        Ok(configuration)
    }

    /// Reads a file without the table of prices that it names, which may have to be fetched first.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is no TOML, or says something that is not known.
    pub fn load_without_prices(path: &Path, environment: Environment) -> Result<Self, ConfigurationError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigurationError {
            path: path.to_owned(),
            position: None,
            excerpt: None,
            message: format!("the configuration cannot be read: {error}"),
            help: Some("name another file with `--config FILE`, or write one: the README shows an example".to_owned()),
        })?;
        Ok(Self { settings: read(path, &text)?, path: path.to_owned(), environment, price_table: None })
    }

    /// The folder that relative paths start from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new(""))
    }

    /// What instances cost: the user's table or the one that ships with SmartScale, with the user's own prices over it.
    #[must_use]
    pub fn prices(&self) -> Arc<PriceList> {
        Arc::new(PriceList::with(self.settings.prices.clone()).over(self.price_table.clone()))
    }

    #[must_use]
    pub fn price_table_file(&self) -> Option<PathBuf> {
        self.settings.price_table.as_ref().map(|file| self.folder().join(file))
    }

    #[must_use]
    pub fn rules_path(&self) -> PathBuf {
        self.folder().join(&self.settings.rules)
    }

    #[must_use]
    pub fn ledger_file(&self) -> PathBuf {
        self.folder().join(&self.settings.ledger.file)
    }
}

fn read_prices(path: &Path) -> Result<BTreeMap<String, Number>, ConfigurationError> {
    const HELP: &str = "`smartscale prices refresh` fetches the prices of your region and writes the file anew";
    let wrong = |message: String, line: Option<usize>| ConfigurationError {
        path: path.to_owned(),
        position: line.map(|line| (line, 1)),
        excerpt: None,
        message,
        help: Some(HELP.to_owned()),
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("the table of prices cannot be read: {error}"), None))?;
    read_price_table(&text)
        .map_err(|line| wrong("expected an instance type and dollars per hour, `t3.small 0.0228`".to_owned(), Some(line)))
}

/// Reads the text of a configuration and checks what types cannot say.
pub fn read(path: &Path, text: &str) -> Result<Settings, ConfigurationError> {
    let settings: Settings = toml::from_str(text).map_err(|error| explain(path, text, &error))?;
    let wrong = |message: &str, help: &str| ConfigurationError {
        path: path.to_owned(),
        position: None,
        excerpt: None,
        message: message.to_owned(),
        help: Some(help.to_owned()),
    };
    if let Some(prometheus) = &settings.prometheus {
        if prometheus.username.is_some() != prometheus.password.is_some() {
            return Err(wrong("`username` and `password` of [prometheus] go together", "set both, or neither"));
        }
        if prometheus.bearer_token.is_some() && prometheus.password.is_some() {
            return Err(wrong("[prometheus] has a `bearer-token` and a `password`", "keep the one that the server asks for"));
        }
        if prometheus.timeout.is_zero() || prometheus.timeout.is_negative() {
            return Err(wrong("`timeout` of [prometheus] is not above zero", "write a duration such as `timeout = \"5s\"`"));
        }
    }
    if settings.kubernetes.kubeconfig.is_some() && settings.kubernetes.kubeconfig_secret.is_some() {
        return Err(wrong("[kubernetes] has a `kubeconfig` and a `kubeconfig-secret`", "keep one of them"));
    }
    if settings.aws.as_ref().is_some_and(|aws| aws.subnets.is_empty()) {
        return Err(wrong("`subnets` of [aws] is empty", "name at least one subnet, one for each zone that may be used"));
    }
    for (name, duration) in [("tick", settings.daemon.tick), ("budget", settings.daemon.budget)] {
        if duration.is_zero() || duration.is_negative() {
            return Err(wrong(&format!("`{name}` of [daemon] is not above zero"), &format!("write a duration such as `{name} = \"15s\"`")));
        }
    }
    Ok(settings)
}

fn explain(path: &Path, text: &str, error: &toml::de::Error) -> ConfigurationError {
    let position = error.span().map(|span| {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
    });
    let message = error.message().trim().to_owned();
    // A line with a misplaced secret is not shown.
    let secret = message.contains("only by reference");
    let excerpt = position.filter(|_| !secret).and_then(|(line, _)| text.lines().nth(line - 1)).map(str::to_owned);
    ConfigurationError { path: path.to_owned(), position, excerpt, help: suggest(&message), message }
}

/// For an unknown key, the known one that is most like it. Serde names the found key first and then all expected ones, each
/// in backticks.
fn suggest(message: &str) -> Option<String> {
    let names: Vec<&str> = message.strip_prefix("unknown field")?.split('`').skip(1).step_by(2).collect();
    let (found, known) = names.split_first()?;
    let nearest = known.iter().map(|name| (strsim::damerau_levenshtein(found, name), *name)).min()?;
    if nearest.0 <= 1 + found.len() / 4 {
        Some(format!("did you mean `{}`?", nearest.1))
    } else {
        Some(format!("known keys here: {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
    }
}
