use kube::Api;
use kube::api::ListParams;
use serde::de::DeserializeOwned;

/// Lists come in pages of this many objects, as the API server's own clients ask.
const PAGE: u32 = 500;

/// All pages of a list.
pub async fn list<K: Clone + DeserializeOwned + std::fmt::Debug>(api: &Api<K>, parameters: &ListParams) -> Result<Vec<K>, kube::Error> {
    let mut parameters = parameters.clone().limit(PAGE);
    let mut items = Vec::new();
    loop {
        let page = match api.list(&parameters).await {
            // A connection that idled since the last tick may be dead by now (a function is frozen in between), and only its next use
            // shows it. A list changes nothing: it is asked for once more.
            Err(error) if !matches!(error, kube::Error::Api(_)) => api.list(&parameters).await?,
            answer => answer?,
        };
        items.extend(page.items);
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => parameters = parameters.continue_token(&token),
            None => return Ok(items),
        }
    }
}
