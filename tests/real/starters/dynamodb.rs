use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use tokio::task::JoinSet;

use crate::counterparts::aws;
use crate::counterparts::dynamodb::DynamoDbLocal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_contenders_one_wins_each_conditional_write() {
    let dynamodb = DynamoDbLocal::start().await;
    let client = Client::new(&aws::config(&dynamodb.url));
    client
        .create_table()
        .table_name("ledger")
        .attribute_definitions(
            AttributeDefinition::builder().attribute_name("cluster").attribute_type(ScalarAttributeType::S).build().expect("complete"),
        )
        .key_schema(KeySchemaElement::builder().attribute_name("cluster").key_type(KeyType::Hash).build().expect("complete"))
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .expect("the table is new");
    for round in 0..20 {
        let mut contenders = JoinSet::new();
        for contender in 0..8 {
            let put = client
                .put_item()
                .table_name("ledger")
                .item("cluster", AttributeValue::S(format!("round-{round}")))
                .item("owner", AttributeValue::N(format!("{contender}")))
                .condition_expression("attribute_not_exists(#cluster)")
                // A reserved word.
                .expression_attribute_names("#cluster", "cluster");
            contenders.spawn(async move {
                match put.send().await {
                    Ok(_) => true,
                    Err(error) => {
                        let error = error.into_service_error();
                        assert!(error.is_conditional_check_failed_exception(), "{error:?}");
                        false
                    }
                }
            });
        }
        let winners = contenders.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(winners, 1, "round {round}");
    }
}
