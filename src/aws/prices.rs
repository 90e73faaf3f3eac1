use std::collections::BTreeMap;

use aws_config::{Region, SdkConfig};
use aws_sdk_pricing::types::{Filter, FilterType};
use aws_sdk_pricing::{Client, Config};
use serde_json::Value;

use crate::aws::Fault;

/// The price list is served in few regions, and each knows the prices of all (AWS Price List API, "Endpoints").
const SERVED_IN: &str = "us-east-1";

/// What every instance type costs on demand in a region, in dollars per hour as AWS writes it: Linux, shared tenancy, nothing
/// installed.
///
/// # Errors
///
/// One line, where the list could not be had or holds no price.
pub async fn on_demand_prices(connection: &SdkConfig, region: &str) -> Result<BTreeMap<String, String>, String> {
    let client = Client::from_conf(Config::from(connection).to_builder().region(Region::new(SERVED_IN)).build());
    let fields =
        [("regionCode", region), ("operatingSystem", "Linux"), ("tenancy", "Shared"), ("preInstalledSw", "NA"), ("capacitystatus", "Used")];
    let mut asked = client.get_products().service_code("AmazonEC2");
    for (field, value) in fields {
        let filter = Filter::builder().field(field).value(value).r#type(FilterType::TermMatch).build();
        asked = asked.filters(filter.map_err(|error| error.to_string())?);
    }
    let mut pages = asked.into_paginator().page_size(100).send();
    let mut prices = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| format!("the prices of `{region}` cannot be had from AWS: {}", Fault::of(&error)))?;
        prices.extend(page.price_list().iter().filter_map(|product| read_product(product)));
    }
    if prices.is_empty() {
        return Err(format!("AWS lists no prices for the region `{region}`"));
    }
    Ok(prices)
}

/// One product with its terms: the type, and the hour on demand.
fn read_product(text: &str) -> Option<(String, String)> {
    let product: Value = serde_json::from_str(text).ok()?;
    let name = product.pointer("/product/attributes/instanceType")?.as_str()?;
    let terms = product.pointer("/terms/OnDemand")?.as_object()?;
    let dimensions = terms.values().filter_map(|term| term.get("priceDimensions")?.as_object()).flat_map(|all| all.values());
    let hourly = dimensions.filter(|dimension| dimension.get("unit").and_then(Value::as_str) == Some("Hrs"));
    let dollars = hourly.filter_map(|dimension| dimension.pointer("/pricePerUnit/USD")?.as_str());
    // Nothing is free: a zero stands for hours that were paid for before.
    let price = dollars.map(|dollars| dollars.trim_end_matches('0')).find(|dollars| dollars.chars().any(|c| matches!(c, '1'..='9')))?;
    Some((name.to_owned(), price.trim_end_matches('.').to_owned()))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use crate::aws::prices::{on_demand_prices, read_product};
    use crate::aws::{CallLimits, connect};

    /// As AWS Price List API answers it, shortened to what is read and what stands beside it.
    fn product(name: &str, dollars: &str) -> String {
        serde_json::json!({
            "product": { "productFamily": "Compute Instance", "attributes": { "instanceType": name, "regionCode": "eu-west-1" } },
            "terms": {
                "OnDemand": { "A.B": { "priceDimensions": { "A.B.C": { "unit": "Hrs", "pricePerUnit": { "USD": dollars } } } } },
                "Reserved": { "A.D": { "priceDimensions": { "A.D.E": { "unit": "Hrs", "pricePerUnit": { "USD": "0.0100000000" } } } } },
            },
        })
        .to_string()
    }

    #[test]
    fn the_hour_on_demand_is_read_and_nothing_is_free() {
        assert_eq!(read_product(&product("t3.small", "0.0228000000")), Some(("t3.small".to_owned(), "0.0228".to_owned())));
        assert_eq!(read_product(&product("x.large", "10.0000000000")), Some(("x.large".to_owned(), "10".to_owned())));
        assert_eq!(read_product(&product("t3.small", "0.0000000000")), None);
        assert_eq!(read_product("{}"), None);
    }

    #[tokio::test]
    async fn every_page_is_asked_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let pages = [
                serde_json::json!({ "PriceList": [product("t3.small", "0.0228000000")], "NextToken": "more" }),
                serde_json::json!({ "PriceList": [product("m5.large", "0.1070000000")] }),
            ];
            let mut asked = Vec::new();
            for page in pages {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"}") {
                    let mut part = [0; 4096];
                    let read = stream.read(&mut part).await.unwrap();
                    request.extend_from_slice(&part[..read]);
                }
                let body = page.to_string();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                asked.push(String::from_utf8_lossy(&request).into_owned());
            }
            asked
        });
        let keys = aws_credential_types::Credentials::new("key", "secret", None, None, "test");
        let provider = aws_credential_types::provider::SharedCredentialsProvider::new(keys);
        let connection = connect(Some("eu-west-1".to_owned()), CallLimits::default()).await;
        let connection = connection.into_builder().endpoint_url(url).credentials_provider(provider).build();
        let prices = on_demand_prices(&connection, "eu-west-1").await.unwrap();
        assert_eq!(
            prices.into_iter().collect::<Vec<_>>(),
            [("m5.large", "0.107"), ("t3.small", "0.0228")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        let asked = server.await.unwrap();
        assert!(asked.iter().all(|request| request.contains("AmazonEC2") && request.contains("eu-west-1")), "{asked:?}");
        assert!(asked[1].contains("more"), "{asked:?}");
    }
}
