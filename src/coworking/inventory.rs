//! Inventories: all that a space has, as a file that people edit and carry to another node. JSON holds everything; a table
//! (CSV) what most want to change.

use serde_json::{Map, Value};

use super::csv;
use super::refusal::Refusal;
use super::resource::ResourceInput;

/// The columns of a table, in the order in which they are written.
pub const COLUMNS: [&str; 8] =
    ["kind", "name", "units", "seats", "ready_minutes", "clear_minutes", "amenities", "description"];
const EXPECTED: &str = "a list of resources, as `thirdspace resource export` writes it";

/// A resource as it stands in an inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// What it is; without its parts.
    pub resource: ResourceInput,
    /// What it is made of, by name: numbers mean nothing to another node.
    pub parts: Vec<String>,
}

/// A resource as it was read from an inventory: all of it, or only some columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands: "line 3".
    pub place: String,
    /// Its name, by which it is known again.
    pub name: String,
    /// What it is made of, by name; what it was before where nothing is said.
    pub parts: Option<Vec<String>>,
    said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    All(Box<ResourceInput>),
    Cells(Vec<Cell>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Kind(String),
    Name(String),
    Units(Option<u32>),
    Seats(Option<u32>),
    ReadyMinutes(Option<u32>),
    ClearMinutes(Option<u32>),
    Amenities(Vec<String>),
    Description(Option<String>),
}

impl Entry {
    /// The resource as it is to be. What a table does not say stays as it was.
    #[must_use]
    pub fn over(&self, old: Option<ResourceInput>) -> ResourceInput {
        let cells = match &self.said {
            Said::All(resource) => return ResourceInput::clone(resource),
            Said::Cells(cells) => cells,
        };
        let mut resource = old.unwrap_or_default();
        for cell in cells.iter().cloned() {
            match cell {
                Cell::Kind(kind) => resource.kind = kind,
                Cell::Name(name) => resource.name = name,
                Cell::Units(units) => {
                    resource.units = units;
                    resource.leave_the_plan();
                }
                Cell::Seats(seats) => resource.seats = seats,
                Cell::ReadyMinutes(minutes) => resource.ready_minutes = minutes,
                Cell::ClearMinutes(minutes) => resource.clear_minutes = minutes,
                Cell::Amenities(amenities) => resource.amenities = amenities,
                Cell::Description(description) => resource.description = description,
            }
        }
        resource
    }
}

/// A name as it is compared with others.
#[must_use]
pub fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Reads an inventory: a list in JSON, or else a table.
///
/// # Errors
/// [`Refusal::At`] the first line or item that is wrong, naming the field; [`Refusal::Taken`] for a name that is there
/// twice.
pub fn read(text: &str) -> Result<Vec<Entry>, Refusal> {
    let is_list = text.trim_start_matches('\u{feff}').trim_start().starts_with('[');
    let entries = if is_list { from_json(text)? } else { from_csv(text)? };
    let mut names = std::collections::BTreeSet::new();
    for entry in &entries {
        if !names.insert(key(&entry.name)) {
            return Err(Refusal::Taken { field: "name", value: entry.name.clone() }.at(&entry.place));
        }
    }
    Ok(entries)
}

fn from_json(text: &str) -> Result<Vec<Entry>, Refusal> {
    let wrong = |why: &dyn std::fmt::Display| Refusal::malformed("json", why, EXPECTED);
    let list: Vec<Map<String, Value>> =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|why| wrong(&why))?;
    let read = list.into_iter().enumerate().map(|(place, mut fields)| {
        let place = format!("item {}", place + 1);
        let parts = match fields.remove("parts") {
            None => Vec::new(),
            Some(parts) => {
                serde_json::from_value(parts).map_err(|why| wrong(&format_args!("parts: {why}")).at(&place))?
            }
        };
        let resource: ResourceInput =
            serde_path_to_error::deserialize(Value::from(fields)).map_err(|why| wrong(&why).at(&place))?;
        let name = resource.name.clone();
        Ok(Entry { place, name, parts: Some(parts), said: Said::All(Box::new(resource)) })
    });
    read.collect()
}

fn from_csv(text: &str) -> Result<Vec<Entry>, Refusal> {
    const HEADER: &str =
        "kind,name and any of units,seats,ready_minutes,clear_minutes,amenities,description, each once";
    let mut rows = csv::read(text)?.into_iter();
    let header = rows.next().ok_or_else(|| Refusal::malformed("csv", text, EXPECTED))?;
    let columns: Vec<&str> = header.cells.iter().map(|cell| cell.trim()).collect();
    let known = |column: &&str| COLUMNS.contains(column) && columns.iter().filter(|same| same == &column).count() == 1;
    if !columns.iter().all(known) || !columns.contains(&"name") || !columns.contains(&"kind") {
        let found = columns.join(",");
        return Err(Refusal::malformed("header", found, HEADER).at(format_args!("line {}", header.line)));
    }
    let read = rows.map(|row| {
        let place = format!("line {}", row.line);
        if row.cells.len() != columns.len() {
            let found = format!("{} cells", row.cells.len());
            return Err(Refusal::malformed("csv", found, "as many cells as the header has").at(&place));
        }
        let cells = columns.iter().zip(&row.cells).map(|(column, text)| cell(column, text));
        let cells = cells.collect::<Result<Vec<_>, _>>().map_err(|no| no.at(&place))?;
        let name = cells.iter().find_map(|cell| if let Cell::Name(name) = cell { Some(name.clone()) } else { None });
        Ok(Entry { place, name: name.unwrap_or_default(), parts: None, said: Said::Cells(cells) })
    });
    read.collect()
}

fn cell(column: &str, text: &str) -> Result<Cell, Refusal> {
    let text = text.trim();
    let number = |field| match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Refusal::malformed(field, text, "a whole number")),
    };
    Ok(match column {
        "kind" => Cell::Kind(text.to_owned()),
        "units" => Cell::Units(number("units")?),
        "seats" => Cell::Seats(number("seats")?),
        "ready_minutes" => Cell::ReadyMinutes(number("ready_minutes")?),
        "clear_minutes" => Cell::ClearMinutes(number("clear_minutes")?),
        "amenities" => {
            let words = text.split(';').map(str::trim).filter(|word| !word.is_empty());
            Cell::Amenities(words.map(str::to_owned).collect())
        }
        "description" => Cell::Description((!text.is_empty()).then(|| text.to_owned())),
        _ => Cell::Name(text.to_owned()),
    })
}

/// All that the items are, as a list in JSON.
#[must_use]
pub fn to_json(items: &[Item]) -> Value {
    let list = items.iter().map(|item| {
        let mut value = serde_json::to_value(&item.resource).unwrap_or_default();
        without_null(&mut value);
        if let Value::Object(fields) = &mut value {
            fields.insert("parts".to_owned(), item.parts.clone().into());
            fields.retain(|_, value| !matches!(value, Value::Array(list) if list.is_empty()));
        }
        value
    });
    list.collect()
}

/// What is not there need not be named.
fn without_null(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|_, value| !value.is_null());
        fields.values_mut().for_each(without_null);
    }
}

/// What the items are, as a table: without rules, hours, pictures and parts.
#[must_use]
pub fn to_csv(items: &[Item]) -> String {
    let header = COLUMNS.map(str::to_owned).to_vec();
    let rows = items.iter().map(|Item { resource, .. }| {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        // What separates them cannot stand in them.
        let amenities: Vec<String> = resource.amenities.iter().map(|word| word.replace(';', ",")).collect();
        vec![
            resource.kind.clone(),
            resource.name.clone(),
            number(resource.units),
            number(resource.seats),
            number(resource.ready_minutes),
            number(resource.clear_minutes),
            amenities.join(";"),
            resource.description.clone().unwrap_or_default(),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    csv::write(rows.iter().map(Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn no(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_with_an_inventory_is_named_with_its_line_and_field() {
        let table = "kind,name,units\nhot_desk,Desks,12\nhot_desk,\"Quiet\ndesks\",many\n";
        assert_eq!(no(table), "line 3: units is \"many\", but it must be a whole number");
        assert!(no("kind,name\nhot_desk,Desks,3\n").starts_with("line 2: csv is \"3 cells\""));
        assert!(no("kind,name,color\n").contains("line 1: header is \"kind,name,color\""));
        assert!(no("kind,name,name\n").contains("each once"));
        assert!(no("kind,name\nhot_desk,Desks\ndesk, desks\n").starts_with("line 3: name \"desks\" is taken"));
        assert!(no("").contains("thirdspace resource export"));
        let wrong =
            r#"[{"kind": "desk", "name": "A"}, {"kind": "desk", "name": "B", "rules": {"staff": {"grid": 5}}}]"#;
        assert!(no(wrong).starts_with("item 2: json is \"rules.?.grid: unknown field `grid`"), "{}", no(wrong));
        assert!(no(r#"[{"parts": [7]}]"#).starts_with("item 1: json is \"parts: invalid type"));
        assert!(no("[{").contains("line 1 column 2"));
    }

    #[test]
    fn a_table_changes_what_it_names_and_leaves_the_rest() {
        let entries = read("name,kind,seats,description\nAttic,meeting_room,,\n").unwrap();
        let old =
            ResourceInput { units: Some(2), seats: Some(8), description: Some("Old".into()), ..Default::default() };
        let new = entries[0].over(Some(old));
        assert_eq!((new.units, new.seats, new.description, new.name.as_str()), (Some(2), None, None, "Attic"));
        assert_eq!((entries[0].place.as_str(), &entries[0].parts), ("line 2", &None));
    }

    fn item() -> impl Strategy<Value = Item> {
        let words = prop::collection::vec("[a-z\",é]{1,5}", 0..3);
        let number = || prop::option::of(1_u32..50);
        ("[A-Z][a-z,\" ]{0,6}[0-9]{9}", number(), number(), words.clone(), "[a-z,\"\n]{0,8}x", words).prop_map(
            |(name, units, seats, amenities, description, parts)| {
                let description = Some(description.trim().to_owned());
                let resource = ResourceInput {
                    kind: "desk".into(),
                    name,
                    units,
                    seats,
                    amenities,
                    description,
                    ..Default::default()
                };
                Item { resource, parts }
            },
        )
    }

    proptest! {
        #[test]
        fn an_inventory_is_read_as_it_was_written(items in prop::collection::vec(item(), 1..4)) {
            let mut names: Vec<String> = items.iter().map(|item| key(&item.resource.name)).collect();
            names.sort();
            names.dedup();
            prop_assume!(names.len() == items.len());
            let as_json = read(&to_json(&items).to_string()).unwrap();
            let again: Vec<Item> = as_json.iter().map(|entry| Item { resource: entry.over(None), parts: entry.parts.clone().unwrap() }).collect();
            prop_assert_eq!(&again, &items);
            for (entry, item) in read(&to_csv(&items)).unwrap().iter().zip(&items) {
                prop_assert_eq!(&entry.over(None), &item.resource);
            }
        }
    }
}
