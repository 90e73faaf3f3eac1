/// Ends at Ctrl-C or SIGTERM.
///
/// # Errors
///
/// Where the system does not let signals be waited for.
pub async fn until_signalled() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}
