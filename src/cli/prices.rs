use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::aws::{CallLimits, connect, on_demand_prices};
use crate::cli::arguments::{PricesCommand, RefreshArguments};
use crate::cli::exit::Exit;
use crate::cli::output::{complain, print};
use crate::cli::setting::in_runtime;
use crate::runtime::configuration::{Configuration, Environment};

/// `smartscale prices …`.
pub fn prices(command: &PricesCommand) -> Exit {
    match command {
        PricesCommand::Refresh(arguments) => refresh(arguments),
    }
}

fn refresh(arguments: &RefreshArguments) -> Exit {
    let configuration = match Configuration::load_without_prices(&arguments.config, Environment::of_process()) {
        Ok(configuration) => configuration,
        Err(error) => {
            complain(&error.to_string(), None);
            return Exit::Failed;
        }
    };
    let Some(file) = configuration.price_table_file() else {
        complain(
            "`smartscale.toml` names no table of prices",
            Some("set `price-table = \"prices.txt\"` at its top, before the first table"),
        );
        return Exit::Failed;
    };
    let region = arguments.region.clone().or_else(|| configuration.settings.aws.as_ref()?.region.clone());
    in_runtime(async {
        let connection = connect(region, CallLimits::default()).await;
        let Some(region) = connection.region().map(ToString::to_string) else {
            complain("no region is configured", Some("name one with `--region`, or set `region` under [aws] in `smartscale.toml`"));
            return Exit::Failed;
        };
        let prices = match on_demand_prices(&connection, &region).await {
            Ok(prices) => prices,
            Err(reason) => {
                complain(&reason, Some("allow pricing:GetProducts; the file was left as it is"));
                return Exit::Failed;
            }
        };
        if let Err(error) = std::fs::write(&file, table(&prices, &region, Timestamp::now())) {
            complain(&format!("`{}` cannot be written: {error}", file.display()), None);
            return Exit::Failed;
        }
        print(&format!("{} prices of {region} are in {}\n", prices.len(), file.display()));
        Exit::Clean
    })
}

/// The table with the date and the source of its figures.
fn table(prices: &BTreeMap<String, String>, region: &str, at: Timestamp) -> String {
    let mut text = format!(
        "# On-demand prices of Linux instances in {region}, in dollars per hour.\n# From the AWS Price List API on {}; `smartscale prices refresh` writes this file anew.\n",
        at.strftime("%Y-%m-%d")
    );
    for (name, price) in prices {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{name} {price}");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::cli::prices::table;
    use crate::rules::read_price_table;

    #[test]
    fn a_table_that_was_written_is_read_and_names_region_and_date() {
        let prices = [("m5.large", "0.107"), ("t3.small", "0.0228")].map(|(name, price)| (name.to_owned(), price.to_owned())).into();
        let text = table(&prices, "eu-west-1", "2026-11-25T12:00:00Z".parse().unwrap());
        assert!(text.contains("in eu-west-1") && text.contains("on 2026-11-25"), "{text}");
        assert_eq!(read_price_table(&text).unwrap()["t3.small"], "0.0228".parse().unwrap());
    }
}
