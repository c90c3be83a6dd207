//! What processes of one node tell each other: after a commit, where to look again.
//!
//! It is said by NOTIFY on a connection of its own and not in the transaction that it is about, because the server lets
//! only one transaction that notifies commit at a time. So a word can be lost, with the process that would have said it;
//! and there are servers without NOTIFY. Therefore everybody also looks without being told: seldom where they are told,
//! often where they are not.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tokio_postgres::{AsyncMessage, Client};
use tokio_util::sync::CancellationToken;

use super::address::told;
use super::{Address, Shared};
use crate::store::{Error, Notice};

/// What is said within so long is said together.
const BREATH: Duration = Duration::from_millis(5);
/// How soon everybody looks by themselves where nobody tells them.
const LOOK_UNTOLD: Duration = Duration::from_secs(1);
/// The same where somebody does: for work that is left undone, and for all that may have been changed.
const LOOK_FOR_WORK: Duration = Duration::from_secs(4);
const LOOK_TOLD: Duration = Duration::from_secs(60);
/// Who has more to say says: look everywhere.
const MOST: usize = 250;
/// A word that the server does not take in this time is not said.
const PATIENCE: Duration = Duration::from_secs(10);

/// The rope of the bell.
#[derive(Clone, Default)]
pub(super) struct Ring(Arc<Said>);

#[derive(Default)]
struct Said {
    waiting: Mutex<Vec<Notice>>,
    some: Notify,
}

impl Ring {
    /// To be told to the other processes soon.
    pub(super) fn ring(&self, notice: Notice) {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.contains(&notice) && waiting.len() < MOST {
            waiting.push(notice);
        }
        drop(waiting);
        self.0.some.notify_one();
    }

    fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The thread that listens and tells.
pub(in crate::store) struct Bell {
    ring: Ring,
    closing: CancellationToken,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Bell {
    pub(super) fn hang(shared: &Arc<Shared>) -> Result<Self, Error> {
        let bell = Self { ring: Ring::default(), closing: CancellationToken::new(), thread: Mutex::default() };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Engine(Arc::new(error)))?;
        let (shared, ring, closing) = (shared.clone(), bell.ring.clone(), bell.closing.clone());
        let thread = std::thread::Builder::new()
            .name("store-bell".to_owned())
            .spawn(move || {
                runtime.block_on(closing.run_until_cancelled(Listener { shared, ring }.listen()));
            })
            .map_err(|error| Error::Engine(Arc::new(error)))?;
        *bell.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(bell)
    }

    pub(super) fn ring(&self) -> &Ring {
        &self.ring
    }

    pub(in crate::store) fn finish(&self) {
        self.closing.cancel();
    }

    pub(in crate::store) fn join(&self) {
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

struct Listener {
    shared: Arc<Shared>,
    ring: Ring,
}

impl Listener {
    async fn listen(self) {
        let own = rand::random::<u32>();
        let mut told_so = false;
        loop {
            match self.connected(own).await {
                Ok(()) => told_so = false,
                Err(why) if !told_so => {
                    tracing::warn!(%why, "other processes are not heard; looking by ourselves every second");
                    told_so = true;
                }
                Err(_) => {}
            }
            self.ring.take();
            self.shared.subscribers.tell(Notice::Elsewhere);
            tokio::time::sleep(LOOK_UNTOLD).await;
        }
    }

    /// Until the connection is lost.
    async fn connected(&self, own: u32) -> Result<(), String> {
        let Shared { address, .. } = &*self.shared;
        let channel = channel(address);
        let (client, heard) = within(connect(address)).await?;
        let mut heard = heard;
        within(async { client.batch_execute(&format!("LISTEN {channel}")).await.map_err(|why| told(&why)) }).await?;
        // What was said before we listened.
        self.shared.subscribers.tell(Notice::Elsewhere);
        let (mut work, mut all) = (Instant::now() + LOOK_FOR_WORK, Instant::now() + LOOK_TOLD);
        loop {
            tokio::select! {
                word = heard.recv() => match word {
                    Some(word) => self.hear(&word, own),
                    None => return Ok(()),
                },
                () = self.ring.0.some.notified() => {
                    tokio::time::sleep(BREATH).await;
                    let words = spoken(own, self.ring.take());
                    let say = async {
                        client.batch_execute(&format!("NOTIFY {channel}, '{words}'")).await.map_err(|why| told(&why))
                    };
                    within(say).await?;
                }
                () = tokio::time::sleep_until(work) => {
                    work = Instant::now() + LOOK_FOR_WORK;
                    for notice in [Notice::Event, Notice::Inbox, Notice::Delivery] {
                        self.shared.subscribers.tell(notice);
                    }
                }
                () = tokio::time::sleep_until(all) => {
                    all = Instant::now() + LOOK_TOLD;
                    self.shared.subscribers.tell(Notice::Elsewhere);
                }
            }
        }
    }

    fn hear(&self, words: &str, own: u32) {
        let mut words = words.split(' ');
        if words.next().is_some_and(|process| process == own.to_string()) {
            return;
        }
        for word in words {
            // What a later release says means something, only not what.
            self.shared.subscribers.tell(understood(word).unwrap_or(Notice::Elsewhere));
        }
    }
}

fn channel(address: &Address) -> String {
    format!("\"thirdspace_{}\"", address.schema())
}

async fn within<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err("the server does not answer".to_owned()))
}

async fn connect(address: &Address) -> Result<(Client, mpsc::Receiver<String>), String> {
    let tls = address.tls().map_err(|why| why.to_string())?;
    let (client, mut connection) = address.config().connect(tls).await.map_err(|why| told(&why))?;
    let (ear, heard) = mpsc::channel(MOST);
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notification) = message {
                // Who is too slow is told to look everywhere by the next look.
                let _ = ear.try_send(notification.payload().to_owned());
            }
        }
    });
    Ok((client, heard))
}

/// Who speaks, and the notices as words: at most 8000 bytes (NOTIFY), which [`MOST`] keep to.
fn spoken(own: u32, notices: Vec<Notice>) -> String {
    let mut words = own.to_string();
    if notices.len() >= MOST {
        return words + " elsewhere";
    }
    for notice in notices {
        words.push(' ');
        match notice {
            Notice::Event => words.push_str("event"),
            Notice::Inbox => words.push_str("inbox"),
            Notice::Delivery => words.push_str("delivery"),
            Notice::Changed(id) => words.push_str(&format!("changed:{id}")),
            Notice::Keys(id) => words.push_str(&format!("keys:{id}")),
            Notice::Judged => words.push_str("judged"),
            Notice::Freed => words.push_str("freed"),
            Notice::Elsewhere => words.push_str("elsewhere"),
        }
    }
    words
}

fn understood(word: &str) -> Option<Notice> {
    Some(match word {
        "event" => Notice::Event,
        "inbox" => Notice::Inbox,
        "delivery" => Notice::Delivery,
        "judged" => Notice::Judged,
        "freed" => Notice::Freed,
        word => match word.split_once(':')? {
            ("changed", id) => Notice::Changed(id.parse().ok()?),
            ("keys", id) => Notice::Keys(id.parse().ok()?),
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood_and_what_is_new_means_everything() {
        let notices = [
            Notice::Event,
            Notice::Inbox,
            Notice::Delivery,
            Notice::Changed(i64::MAX),
            Notice::Keys(7),
            Notice::Judged,
            Notice::Freed,
        ];
        let words = spoken(7, notices.to_vec());
        let heard: Vec<_> = words.split(' ').skip(1).map(|word| understood(word).unwrap()).collect();
        assert_eq!((words.split(' ').next(), heard.as_slice()), (Some("7"), notices.as_slice()));
        assert_eq!(understood("booked"), None);

        let many = spoken(u32::MAX, (0..MOST as i64 - 1).map(|id| Notice::Changed(i64::MAX - id)).collect());
        assert!(many.len() < 8000, "{} bytes", many.len());
        assert_eq!(spoken(7, vec![Notice::Event; MOST]), "7 elsewhere");
    }
}
