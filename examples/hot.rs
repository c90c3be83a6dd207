use actix_web::{App, HttpResponse, HttpServer, web};
use std::net::TcpListener;
use std::sync::Arc;
use thirdspace::{
    config::Config,
    http_client::HttpClient,
    node::{Clock, Node},
    store::Store,
};

#[tokio::main]
async fn main() {
    let mode = std::env::args().nth(1).unwrap();
    let body: &'static str = Box::leak("x".repeat(std::env::args().nth(2).unwrap().parse().unwrap()).into_boxed_str());
    let listener = TcpListener::bind(("127.0.0.1", 9099)).unwrap();
    if mode == "constant" {
        HttpServer::new(move || {
            App::new().route(
                "/members/{name}",
                web::get().to(move || async move {
                    HttpResponse::Ok().insert_header(("content-type", "application/activity+json")).body(body)
                }),
            )
        })
        .workers(1)
        .listen(listener)
        .unwrap()
        .run()
        .await
        .unwrap();
    } else {
        let folder = std::env::temp_dir().join("hot");
        let config =
            Config::of([("origin", "http://localhost:9099"), ("data_dir", folder.to_str().unwrap()), ("workers", "1")])
                .unwrap();
        let store = Store::open(&config.store_path(), config.store()).unwrap();
        let http = HttpClient::new(config.http()).unwrap();
        let node = Arc::new(Node::new(config, store, http, Clock::System));
        let documents = Arc::new(thirdspace::web::document::Documents::new(&node.store));
        documents.keep(
            "/members/ana",
            documents.moment(),
            None,
            actix_web::http::header::HeaderValue::from_static("application/activity+json"),
            bytes::Bytes::from_static(body.as_bytes()),
        );
        let door = web::Data::new(thirdspace::web::Door { node: node.clone(), documents });
        let n = node.clone();
        HttpServer::new(move || {
            App::new()
                .app_data(door.clone())
                .app_data(web::Data::from(n.clone()))
                .wrap(thirdspace::web::frame::Frame { node: n.clone() })
                .configure(thirdspace::web::server::routes)
        })
        .workers(1)
        .listen(listener)
        .unwrap()
        .run()
        .await
        .unwrap();
    }
}
