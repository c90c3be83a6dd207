//! Collections and their pages, received and sent (ActivityStreams 2.0, section 5; ActivityPub, section 5).

use serde_json::Value;

use super::compact::Compact;
use super::context;
use super::id::Id;
use super::json;

/// A collection of ours. Without `first` and items it tells its size alone: a network that is not shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// Its id.
    pub id: String,
    /// Is there an order in it?
    pub ordered: bool,
    /// Whose it is.
    pub attributed_to: Option<String>,
    /// How many items it has.
    pub total_items: u64,
    /// Its first page.
    pub first: Option<String>,
    /// Its last page.
    pub last: Option<String>,
    /// All items, of a collection that is short enough to be shown at once.
    pub items: Option<Vec<Value>>,
}

impl Collection {
    /// An ordered collection of which only the size is told.
    #[must_use]
    pub fn counted(id: &str, total_items: u64) -> Self {
        Self { id: id.into(), ordered: true, attributed_to: None, total_items, first: None, last: None, items: None }
    }

    /// An ordered collection in pages.
    #[must_use]
    pub fn paged(id: &str, total_items: u64, first: &str) -> Self {
        Self { first: Some(first.into()), ..Self::counted(id, total_items) }
    }

    /// An ordered collection that is shown at once.
    #[must_use]
    pub fn whole(id: &str, items: Vec<Value>) -> Self {
        let total_items = u64::try_from(items.len()).unwrap_or(u64::MAX);
        Self { items: Some(items), ..Self::counted(id, total_items) }
    }

    /// The document, with `@context`; pass the context that the items need.
    #[must_use]
    pub fn to_value(&self, context: Value) -> Value {
        let (kind, items) = match self.ordered {
            true => ("OrderedCollection", "orderedItems"),
            false => ("Collection", "items"),
        };
        Compact::new(kind)
            .with("@context", context)
            .with("id", self.id.as_str())
            .with_some("attributedTo", self.attributed_to.as_deref())
            .with("totalItems", self.total_items)
            .with_some("first", self.first.as_deref())
            .with_some("last", self.last.as_deref())
            .with_some(items, self.items.clone())
            .into()
    }
}

/// A page of an ordered collection of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionPage {
    /// Its id.
    pub id: String,
    /// The collection's id.
    pub part_of: String,
    /// The next page; only when there is more.
    pub next: Option<String>,
    /// The page before.
    pub prev: Option<String>,
    /// Its items.
    pub items: Vec<Value>,
}

impl CollectionPage {
    /// The document, with `@context`; pass the context that the items need.
    #[must_use]
    pub fn to_value(&self, context: Value) -> Value {
        Compact::new("OrderedCollectionPage")
            .with("@context", context)
            .with("id", self.id.as_str())
            .with("partOf", self.part_of.as_str())
            .with_some("next", self.next.as_deref())
            .with_some("prev", self.prev.as_deref())
            .with_array("orderedItems", self.items.iter().cloned())
            .into()
    }
}

/// The context for items that are ids.
#[must_use]
pub fn context_of_ids() -> Value {
    context::ACTIVITYSTREAMS.into()
}

/// Why a document is no collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a collection is a Collection, OrderedCollection, or a page of one")]
pub struct NotACollection;

/// A collection or a page of one, as received. Its items are not to be believed: they are to be fetched from their
/// own ids, or to have the origin and owner of the collection.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedCollection<'a> {
    /// Its id; embedded ones may have none.
    pub id: Option<Id>,
    /// The collection that a page is part of.
    pub part_of: Option<Id>,
    /// How many items there are, as its owner says.
    pub total_items: Option<u64>,
    /// The first page.
    pub first: Option<PageRef<'a>>,
    /// The next page.
    pub next: Option<Id>,
    /// The items that stand in it, each an id or an object; as many as were read ([`json::ITEM_LIMIT`]).
    pub items: Vec<&'a Value>,
}

/// A page by its id, or brought along.
#[derive(Debug, Clone, PartialEq)]
pub enum PageRef<'a> {
    /// To be fetched.
    Id(Id),
    /// Embedded.
    Embedded(&'a Value),
}

impl<'a> ReceivedCollection<'a> {
    /// Reads a collection or a page.
    ///
    /// # Errors
    /// [`NotACollection`].
    pub fn read(value: &'a Value) -> Result<Self, NotACollection> {
        const TYPES: [&str; 4] = ["Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"];
        if !json::types(value).any(|kind| TYPES.contains(&kind)) {
            return Err(NotACollection);
        }
        let id = |value: &Value| json::id_text(value).and_then(|text| Id::parse(text).ok());
        let first = json::each(value, "first").find_map(|page| match page {
            Value::Object(_) if Self::read(page).is_ok() => Some(PageRef::Embedded(page)),
            _ => id(page).map(PageRef::Id),
        });
        Ok(Self {
            id: id(value),
            part_of: json::id(value, "partOf"),
            total_items: json::whole(value, "totalItems"),
            first,
            next: json::id(value, "next"),
            items: json::each(value, "orderedItems").chain(json::each(value, "items")).collect(),
        })
    }

    /// The ids of the items.
    pub fn item_ids(&self) -> impl Iterator<Item = Id> + '_ {
        self.items.iter().filter_map(|item| json::id_text(item)).filter_map(|text| Id::parse(text).ok())
    }

    /// Does its owner show only its size, or not even that?
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.first.is_none() && self.next.is_none() && self.items.is_empty() && self.total_items != Some(0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn collections_are_read_as_they_are_written() {
        let at = |path: &str| format!("https://harbor.example/{path}");
        let paged = Collection::paged(&at("outbox"), 3, &at("outbox?page=1")).to_value(context_of_ids());
        let read = ReceivedCollection::read(&paged).unwrap();
        assert_eq!((read.total_items, read.is_hidden()), (Some(3), false));
        assert_eq!(read.first, Id::parse(&at("outbox?page=1")).ok().map(PageRef::Id));
        let hidden = Collection::counted(&at("followers"), 3).to_value(context_of_ids());
        assert!(ReceivedCollection::read(&hidden).unwrap().is_hidden());
        let page = CollectionPage {
            id: at("outbox?page=1"),
            part_of: at("outbox"),
            next: Some(at("outbox?page=2")),
            prev: None,
            items: vec![json!(at("posts/1")), json!({"type": "Note", "id": at("posts/2")})],
        };
        let value = page.to_value(context_of_ids());
        let read = ReceivedCollection::read(&value).unwrap();
        assert_eq!(read.item_ids().map(|id| id.to_string()).collect::<Vec<_>>(), [at("posts/1"), at("posts/2")]);
        assert_eq!(
            (read.next.map(|id| id.to_string()), read.part_of.map(|id| id.to_string())),
            (page.next, Some(page.part_of))
        );
        let whole = Collection::whole(&at("featured"), page.items).to_value(context_of_ids());
        assert_eq!(ReceivedCollection::read(&whole).unwrap().items.len(), 2);
    }

    #[test]
    fn odd_collections_are_read() {
        let replies = json!({"type": "Collection", "first": {"type": "CollectionPage", "items": "https://a.example/1", "next": {"id": "https://a.example/r?2"}}});
        let read = ReceivedCollection::read(&replies).unwrap();
        let Some(PageRef::Embedded(first)) = read.first else { panic!("the page is embedded") };
        let first = ReceivedCollection::read(first).unwrap();
        assert_eq!((first.items.len(), first.next.unwrap().as_str()), (1, "https://a.example/r?2"));
        assert_eq!(ReceivedCollection::read(&json!({"type": "Note"})), Err(NotACollection));
    }
}
