/// Makes ring the one crypto provider of this process: first thing in `main`, before any TLS client is made.
pub fn install_crypto() {
    // An error means that one is installed already, which can only be ring: no other is built in (deny.toml).
    let _ = rustls::crypto::ring::default_provider().install_default();
}
