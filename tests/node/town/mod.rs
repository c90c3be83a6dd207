//! A town: many nodes in one process, each with a server of its own, under one clock that is moved by hand.
//!
//! What people do goes through the operations and the resolver, exactly as the doors do it; what nodes say to each other
//! goes over real connections.

mod guest;
mod house;
mod key;
mod partner;
mod person;
mod shown;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use thirdspace::jobs;
use thirdspace::node::Clock;

pub use house::{House, socket};
pub use key::keys;
pub use person::Person;

/// However busy the machine is: nothing that these stories wait for takes so long.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Nodes that know each other's addresses and nothing else.
pub struct Town {
    houses: Vec<Arc<House>>,
    clock: Clock,
}

impl Town {
    /// A node at each of these hosts, open and set up: `harbor.test` has the space `harbor`.
    pub async fn open(hosts: &[&str]) -> Self {
        Self::with(hosts, &[]).await
    }

    /// The same with other settings, each for one of the hosts. What is resolved there is resolved besides the town.
    pub async fn with(hosts: &[&str], settings: &[(&str, &str, &str)]) -> Self {
        let clock = Clock::fixed(Timestamp::from_second(1_800_000_000).unwrap());
        let mut houses: Vec<House> = Vec::new();
        for (number, host) in hosts.iter().enumerate() {
            houses.push(House::new(host, number, clock.clone()));
        }
        let map: Vec<String> = houses.iter().map(|house| format!("{}={}", house.host, house.address)).collect();
        for house in &mut houses {
            house.set("resolve", &map.join(","));
            for (host, key, value) in settings {
                if *host == house.host {
                    house.set(key, value);
                }
            }
        }
        let houses: Vec<Arc<House>> = houses.into_iter().map(Arc::new).collect();
        for house in &houses {
            house.start().await;
            house.set_up().await;
        }
        Self { houses, clock }
    }

    /// The node at this host.
    pub fn node(&self, host: &str) -> &Arc<House> {
        self.houses.iter().find(|house| house.host == host).expect("the town has this node")
    }

    /// New members under these handles: `ana@harbor.test`.
    pub async fn members<const COUNT: usize>(&self, handles: [&str; COUNT]) -> [Person; COUNT] {
        let mut people = Vec::new();
        for handle in handles {
            let (name, host) = handle.split_once('@').expect("a whole handle");
            people.push(self.node(host).member(name).await);
        }
        people.try_into().unwrap_or_else(|_| unreachable!("one for each handle"))
    }

    /// The space of this node, for which its keeper speaks.
    pub async fn space(&self, host: &str) -> Person {
        self.node(host).space().await
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Everybody does what is due, until nothing is due anywhere.
    pub async fn settle(&self) {
        let work = async {
            loop {
                let mut worked = false;
                for node in self.houses.iter().filter_map(|house| house.running()) {
                    worked |= jobs::drain(&node).await;
                }
                if !worked {
                    return;
                }
            }
        };
        tokio::time::timeout(DEADLINE, work).await.expect("the town comes to rest");
    }

    /// Time passes, and what became due is done.
    pub async fn wait(&self, time: SignedDuration) {
        self.clock.advance(time);
        self.settle().await;
    }

    /// Days pass, with what is done every day.
    pub async fn days(&self, count: u32) {
        for _ in 0..count {
            for _ in 0..4 {
                self.wait(SignedDuration::from_hours(6)).await;
            }
            for node in self.houses.iter().filter_map(|house| house.running()) {
                jobs::tidy(&node).await.unwrap();
            }
        }
    }

    /// One follows the other, who agrees.
    pub async fn acquaint(&self, follower: &Person, target: &Person) {
        follower.follows(&target.handle()).await;
        self.settle().await;
        if follower.relation(&target.handle()).await != ["follows"] {
            target.approves(&follower.handle()).await;
            self.settle().await;
        }
        assert!(follower.relation(&target.handle()).await.contains(&"follows"));
    }
}
