//! Waiting with an end.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::error::Elapsed;

/// As [`tokio::time::timeout`], without a timer for what is ready at once.
///
/// # Errors
/// [`Elapsed`] when it is not ready within `patience`.
pub async fn within<F: Future>(patience: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    match future.as_mut().now_or_never() {
        Some(output) => Ok(output),
        None => tokio::time::timeout(patience, future).await,
    }
}
