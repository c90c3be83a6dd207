//! The API for programs: JSON at `/api`.

use actix_web::web::ServiceConfig;

/// The routes under `/api`.
pub fn configure(_api: &mut ServiceConfig) {}
