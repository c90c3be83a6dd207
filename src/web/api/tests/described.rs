//! The description of the API, as a judge of what is asked and answered.

use std::collections::{BTreeSet, HashMap};

use jsonschema::Validator;
use serde_json::Value;

use crate::web::api::{document, routes};
use crate::web::tests::Answer;

/// The description, and which of its operations were held to it.
pub(super) struct Described {
    document: Value,
    validators: HashMap<String, Validator>,
    heard: BTreeSet<String>,
}

impl Described {
    pub(super) fn new() -> Self {
        let document = serde_json::from_str(&document().unwrap()).unwrap();
        Self { document, validators: HashMap::new(), heard: BTreeSet::new() }
    }

    /// Fails when what was asked or answered is not as described.
    pub(super) fn hold(&mut self, method: &str, path: &str, asked: &Value, answer: &Answer) {
        let Some((template, operation)) = self.operation(method, path) else { return };
        let name = format!("{method} {template}");
        let passed = (200..300).contains(&answer.status);
        let status = answer.status.to_string();
        let responses = &operation["responses"];
        assert!(passed || !responses["default"].is_null(), "{name} is not described as refusable");
        let response = if passed { &responses[&status] } else { &responses["default"] };
        assert!(!response.is_null(), "{name} answers {status}, which is not described");
        match response["content"].as_object().and_then(|content| content.iter().next()) {
            None => assert_eq!(answer.body, "", "{name}"),
            Some((kind, content)) => {
                assert_eq!(answer.header("content-type"), kind, "{name} {status}");
                // What is text for other programs has no shape that this could hold.
                if !kind.starts_with("text/") {
                    let schema = content["schema"].clone();
                    self.validate(&name, &schema, &answer.json());
                }
            }
        }
        let request = operation["requestBody"]["content"]["application/json"]["schema"].clone();
        if passed {
            assert_eq!(request.is_null(), asked.is_null(), "{name}: body");
            if !request.is_null() {
                self.validate(&name, &request, asked);
            }
            self.heard.insert(name);
        }
    }

    /// Operations that never passed.
    pub(super) fn unheard(&self) -> Vec<String> {
        self.names().difference(&self.heard).cloned().collect()
    }

    fn names(&self) -> BTreeSet<String> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let named = paths.flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        });
        named.collect()
    }

    fn operation(&self, method: &str, path: &str) -> Option<(String, Value)> {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &str| {
            let wanted: Vec<&str> = template.split('/').collect();
            wanted.len() == parts.len()
                && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
        };
        let paths = self.document["paths"].as_object().unwrap();
        let template = paths.keys().filter(|path| fits(path)).min_by_key(|path| path.matches('{').count())?;
        let operation = &paths[template][method.to_lowercase()];
        (!operation.is_null()).then(|| (template.clone(), operation.clone()))
    }

    fn validate(&mut self, name: &str, schema: &Value, value: &Value) {
        let validator = self.validators.entry(schema.to_string()).or_insert_with(|| {
            let mut whole = schema.clone();
            whole["components"] = self.document["components"].clone();
            jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
        });
        let faults: Vec<String> =
            validator.iter_errors(value).map(|fault| format!("{} at {}", fault, fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name} is not as described: {faults:#?}\n{value:#}");
    }
}

#[test]
fn every_route_is_described_and_every_description_has_a_route() {
    let routes = routes();
    let routed =
        routes.iter().flat_map(|route| route.methods().iter().map(|method| format!("{method} {}", route.path())));
    assert_eq!(routed.collect::<BTreeSet<_>>(), Described::new().names());
}

#[test]
fn the_description_tells_of_every_operation_apart_and_in_words() {
    let described = Described::new();
    let mut ids = BTreeSet::new();
    for (path, item) in described.document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let is_id = parameter["name"] == "id";
                assert!(is_id || parameter["description"].is_string(), "{method} {path}: {parameter}");
            }
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                let parameters = operation["parameters"].as_array().unwrap();
                let found = parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == name);
                assert!(found, "{method} {path} does not describe {name}");
            }
        }
    }
    let schemas = described.document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas.iter().filter(|(name, _)| !name.starts_with("List_")) {
        let told = schema["description"].is_string() || schema["allOf"][1]["description"].is_string();
        assert!(told, "{name} says nothing of itself: {schema}");
    }
}

/// `schemas/openapi.json` is the description; with `UPDATE_SCHEMAS=1` it is written anew.
#[test]
fn the_description_that_others_read_is_the_newest() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/openapi.json");
    let document = document().unwrap();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == document, "schemas/openapi.json is old; run this test with UPDATE_SCHEMAS=1");
}
