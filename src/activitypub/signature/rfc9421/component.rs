//! Covered components of RFC 9421: which are known, and the line that each of them adds to the signature base.

use sfv::{BareItem, InnerList, Item};

use super::super::error::excerpt;
use super::super::{MAX_COVERED, Message, SignatureError};
use super::text;

/// A covered component: the name of a header or, with `@`, of a part of the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Component<'a> {
    pub(super) name: &'a str,
    /// The `name` parameter of `@query-param`.
    parameter: Option<&'a str>,
}

impl<'a> Component<'a> {
    pub(super) fn plain(name: &'a str) -> Self {
        Self { name, parameter: None }
    }
}

pub(super) fn components(list: &InnerList) -> Result<Vec<Component<'_>>, SignatureError> {
    if list.items.len() > MAX_COVERED {
        return Err(SignatureError::malformed("the signature covers more than 64 components"));
    }
    let mut found = Vec::with_capacity(list.items.len());
    for item in &list.items {
        let component = component(item)?;
        if found.contains(&component) {
            return Err(SignatureError::malformed(format!(
                "the signature covers {:?} twice",
                excerpt(component.name.as_bytes())
            )));
        }
        found.push(component);
    }
    Ok(found)
}

fn component(item: &Item) -> Result<Component<'_>, SignatureError> {
    let BareItem::String(name) = &item.bare_item else {
        return Err(SignatureError::malformed("a covered component is no string; write \"@method\" with quotes"));
    };
    let name = name.as_str();
    if name.is_empty() || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(SignatureError::malformed("a covered component is empty or not in lower case"));
    }
    let parameter = match name {
        "@query-param" => text(&item.params, "name")?,
        _ => None,
    };
    match item.params.len() == usize::from(parameter.is_some()) {
        true => Ok(Component { name, parameter }),
        false => Err(SignatureError::wrong(format!(
            "the component {:?} has parameters that are not supported; only name of @query-param is",
            excerpt(name.as_bytes())
        ))),
    }
}

/// Why a component has no value.
pub(super) enum NoValue {
    Unsupported,
    Absent,
}

pub(super) fn missing((name, why): (String, NoValue)) -> SignatureError {
    let name = excerpt(name.as_bytes());
    match why {
        NoValue::Unsupported => SignatureError::wrong(format!(
            "the signature covers {name:?}, a component that this node does not support in requests"
        )),
        NoValue::Absent => {
            SignatureError::malformed(format!("the signature covers {name:?}, which this request does not have"))
        }
    }
}

pub(super) fn base<'c>(
    message: &Message<'_>,
    components: impl Iterator<Item = Component<'c>>,
    parameters: &str,
) -> Result<Vec<u8>, (String, NoValue)> {
    let mut out = Vec::with_capacity(512);
    for component in components {
        out.push(b'"');
        out.extend_from_slice(component.name.as_bytes());
        out.push(b'"');
        if let Some(parameter) = component.parameter {
            out.extend_from_slice(b";name=\"");
            out.extend_from_slice(parameter.as_bytes());
            out.push(b'"');
        }
        out.extend_from_slice(b": ");
        write_value(message, component, &mut out).map_err(|why| (component.name.to_owned(), why))?;
        out.push(b'\n');
    }
    out.extend_from_slice(b"\"@signature-params\": ");
    out.extend_from_slice(parameters.as_bytes());
    Ok(out)
}

/// Sections 2.1 and 2.2.
fn write_value(message: &Message<'_>, component: Component<'_>, out: &mut Vec<u8>) -> Result<(), NoValue> {
    match component.name {
        "@method" => out.extend_from_slice(message.method().as_bytes()),
        "@target-uri" => {
            out.extend_from_slice(message.scheme().as_bytes());
            out.extend_from_slice(b"://");
            out.extend_from_slice(message.authority().as_bytes());
            message.write_target(out);
        }
        "@authority" => out.extend_from_slice(message.authority().as_bytes()),
        "@scheme" => out.extend_from_slice(message.scheme().as_bytes()),
        "@request-target" => {
            message.write_target(out);
        }
        "@path" => out.extend_from_slice(message.path().as_bytes()),
        "@query" => {
            out.push(b'?');
            out.extend_from_slice(message.query().unwrap_or_default().as_bytes());
        }
        "@query-param" => {
            let value = query_parameter(message, component.parameter).ok_or(NoValue::Absent)?;
            out.extend_from_slice(value.as_bytes());
        }
        name if name.starts_with('@') => return Err(NoValue::Unsupported),
        name if message.write_header(name, out) => {}
        _ => return Err(NoValue::Absent),
    }
    Ok(())
}

/// The value of the one query parameter of this name, percent-encoded again (section 2.2.8).
fn query_parameter(message: &Message<'_>, name: Option<&str>) -> Option<String> {
    let (name, query) = (name?, message.query()?);
    let mut found = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(other, _)| encode_form(other) == name)
        .map(|(_, value)| encode_form(&value));
    match (found.next(), found.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// The form encoding, with `%20` instead of `+` for a space; a plus sign itself is `%2B` in it.
fn encode_form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
