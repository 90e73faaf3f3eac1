//! The scheduled function: `bootstrap` for Lambda's `provided.al2023`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    smartscale::runtime::install_crypto();
    lambda_runtime::tracing::init_default_subscriber();
    smartscale::runtime::run_function().await
}
