//! Public documents at hand: what peers ask for again and again is made once and kept until it changes.
//!
//! The store says after each commit whom a change is about. Every look-up first hears what was said since the last
//! one, so a document is never older than the last write that was answered. Documents that depend on who asks are never
//! kept here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::etag;
use crate::coworking::id::ActorId;
use crate::store::{Notice, Store};

/// How many bytes all kept documents may have together.
const CAPACITY: u64 = 16 * 1024 * 1024;
/// A document larger than this is made each time.
const LARGEST: usize = 256 * 1024;
/// Actors share marks; with so many, a change of one seldom drops the documents of another.
const MARKS: usize = 1 << 12;
/// How long notices may lie unheard while nobody asks for a document.
const NAP: Duration = Duration::from_millis(250);

/// A document as it is sent.
#[derive(Debug)]
pub struct Document {
    /// The bytes.
    pub body: Bytes,
    /// Their name.
    pub etag: HeaderValue,
    /// What they are.
    pub media_type: HeaderValue,
    /// The actor that it tells about; changes of others leave it as it is. `None`: of everybody.
    pub about: Option<ActorId>,
    /// It shows everything that had been heard by then.
    as_of: u64,
}

impl Document {
    /// A document that was read from the store after `moment`. `about` is the actor whose changes make it stale; with
    /// `None` everybody's do.
    #[must_use]
    pub fn new(body: Bytes, media_type: HeaderValue, about: Option<ActorId>, moment: Moment) -> Self {
        Self { etag: etag::of(&body), body, media_type, about, as_of: moment.0 }
    }
}

/// A moment before a document was read from the store.
#[derive(Debug, Clone, Copy)]
pub struct Moment(u64);

/// The kept documents, by path and query.
pub struct Documents {
    kept: Cache<String, Arc<Document>, Size>,
    store: Store,
    notices: Mutex<Receiver<Notice>>,
    /// How many notices the store had told when the last ones were heard.
    told: AtomicU64,
    /// How many notices were heard.
    heard: AtomicU64,
    /// Which notice was the last about an actor with this mark.
    changed: Box<[AtomicU64]>,
    /// Which notice was the last about anybody.
    any_changed: AtomicU64,
    /// Which notice was the last after which nothing that was kept may be trusted.
    all_changed: AtomicU64,
}

#[derive(Clone)]
struct Size;

impl Weighter<String, Arc<Document>> for Size {
    fn weight(&self, key: &String, document: &Arc<Document>) -> u64 {
        const OWN: usize = 256;
        (OWN + key.len() + document.body.len()) as u64
    }
}

impl Documents {
    /// Nothing kept yet; hears what the store says from now on.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self {
            kept: Cache::with_weighter(10_000, CAPACITY, Size),
            notices: Mutex::new(store.subscribe()),
            store: store.clone(),
            told: AtomicU64::new(u64::MAX),
            heard: AtomicU64::new(0),
            changed: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
            any_changed: AtomicU64::new(0),
            all_changed: AtomicU64::new(0),
        }
    }

    /// The document at this path, if it is kept and still true.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Arc<Document>> {
        self.hear();
        self.kept.get(path).filter(|document| self.is_true(document))
    }

    /// To be called before the store is asked for a document.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.hear();
        Moment(self.heard.load(Ordering::Acquire))
    }

    /// Keeps a public document for the next who asks at `path`.
    pub fn keep(&self, path: &str, document: Document) -> Arc<Document> {
        let document = Arc::new(document);
        if document.body.len() <= LARGEST {
            self.kept.insert(path.to_owned(), document.clone());
        }
        document
    }

    /// Hears notices also while nobody asks, so that the line in which they wait does not overflow.
    pub async fn stay_awake(self: Arc<Self>) {
        let mut notices = self.store.subscribe();
        loop {
            match notices.recv().await {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
            // Under load one nap takes in many.
            tokio::time::sleep(NAP).await;
            notices = notices.resubscribe();
            self.hear();
        }
    }

    fn is_true(&self, document: &Document) -> bool {
        let last = match document.about {
            Some(actor) => self.mark(actor.0),
            None => &self.any_changed,
        };
        let last = last.load(Ordering::Acquire).max(self.all_changed.load(Ordering::Acquire));
        last <= document.as_of
    }

    fn mark(&self, actor: i64) -> &AtomicU64 {
        // Ids of one moment differ in their low bits.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let mark = (actor ^ (actor >> 20)) as usize % MARKS;
        self.changed.get(mark).unwrap_or(&self.all_changed)
    }

    /// Takes in what the store has said. The lock makes sure that who comes second has heard it too.
    fn hear(&self) {
        let told = self.store.notices_told();
        if self.told.load(Ordering::Acquire) == told {
            return;
        }
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let notice = match notices.try_recv() {
                Ok(notice) => notice,
                Err(TryRecvError::Lagged(_)) => Notice::Elsewhere,
                Err(TryRecvError::Empty | TryRecvError::Closed) => {
                    self.told.store(told, Ordering::Release);
                    return;
                }
            };
            let count = || self.heard.fetch_add(1, Ordering::AcqRel) + 1;
            match notice {
                Notice::Changed(actor) => {
                    let count = count();
                    self.mark(actor).store(count, Ordering::Release);
                    self.any_changed.store(count, Ordering::Release);
                }
                Notice::Elsewhere => self.all_changed.store(count(), Ordering::Release),
                Notice::Event | Notice::Inbox | Notice::Delivery | Notice::Keys(_) | Notice::Judged | Notice::Freed => {
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Error, Options};

    const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/activity+json");
    const ANA: ActorId = ActorId(7);
    const BEN: ActorId = ActorId(8);

    async fn say(store: &Store, notice: Notice) {
        store
            .write(move |tx| {
                tx.notify(notice);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_document_is_kept_until_somebody_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(crate::store::testing::place(folder.path()), Options::default()).unwrap();
        let documents = Documents::new(&store);
        let keep = |path: &str, moment, about| {
            documents.keep(path, Document::new(Bytes::from_static(b"{}"), MEDIA_TYPE, about, moment))
        };

        keep("/members/ana", documents.moment(), Some(ANA));
        keep("/members/ben", documents.moment(), Some(BEN));
        keep("/nodeinfo/2.1", documents.moment(), None);
        say(&store, Notice::Event).await;
        assert!(documents.get("/members/ana").is_some() && documents.get("/nodeinfo/2.1").is_some());

        say(&store, Notice::Changed(ANA.0)).await;
        assert!(documents.get("/members/ana").is_none(), "the write was answered, so the old text is gone");
        assert!(documents.get("/members/ben").is_some());
        assert!(documents.get("/nodeinfo/2.1").is_none());

        // Who reads while somebody writes may hold the old text; it is not kept.
        let before = documents.moment();
        say(&store, Notice::Changed(ANA.0)).await;
        keep("/members/ana", before, Some(ANA));
        assert!(documents.get("/members/ana").is_none());
        keep("/members/ana", documents.moment(), Some(ANA));
        assert!(documents.get("/members/ana").is_some());

        say(&store, Notice::Elsewhere).await;
        assert!(documents.get("/members/ana").is_none() && documents.get("/members/ben").is_none());
    }

    #[tokio::test]
    async fn who_missed_notices_trusts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(crate::store::testing::place(folder.path()), Options::default()).unwrap();
        let documents = Documents::new(&store);
        documents.keep("/members/ana", Document::new(Bytes::new(), MEDIA_TYPE, Some(ANA), documents.moment()));
        store
            .write(|tx| {
                (1_000..2_000).for_each(|actor| tx.notify(Notice::Changed(actor)));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert!(documents.get("/members/ana").is_none());
    }
}
