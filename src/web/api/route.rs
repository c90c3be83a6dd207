//! One line of the API's table of routes: a path, and a handler for each method that it takes.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, Handler, Resource, Responder, ResponseError, guard, web};

use crate::web::error::{Error, Wrong};

/// A resource on its way into the table.
pub struct Route {
    path: &'static str,
    resource: Resource,
    methods: Vec<Method>,
}

/// What stands at a path; nothing yet.
pub fn at(path: &'static str) -> Route {
    Route { path, resource: web::resource(path), methods: Vec::new() }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $method:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name<F, A>(self, handler: F) -> Self
        where
            F: Handler<A>,
            A: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.method(Method::$method, handler)
        }
    )+};
}

impl Route {
    methods!(
        /// Answers GET, and HEAD without the body.
        get = GET,
        /// Answers POST.
        post = POST,
        /// Answers PUT.
        put = PUT,
        /// Answers PATCH.
        patch = PATCH,
        /// Answers DELETE.
        delete = DELETE,
    );

    fn method<F, A>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = match method {
            Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
            _ => web::method(method.clone()),
        };
        self.resource = self.resource.route(route.to(handler));
        self.methods.push(method);
        self
    }

    /// Its path, as the OpenAPI document writes it.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The methods it takes, HEAD aside.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The resource; it answers other methods with 405 and the list of those that pass.
    #[must_use]
    pub fn resource(self) -> Resource {
        let mut allowed: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
        if let Some(place) = allowed.iter().position(|method| *method == "GET") {
            allowed.insert(place + 1, "HEAD");
        }
        let allowed = allowed.join(", ");
        self.resource.default_service(web::to(move || {
            let allowed = allowed.clone();
            async move {
                let words = format!("this address answers {allowed} and nothing else");
                let mut answer = Error::wrong(Wrong::MethodNotAllowed, words).error_response();
                if let Ok(value) = HeaderValue::try_from(allowed) {
                    answer.headers_mut().insert(header::ALLOW, value);
                }
                answer
            }
        }))
    }
}
