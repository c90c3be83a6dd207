//! Partner spaces, as the API shows them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Hospitality, Id, Level, Person, Stage, Time};
use crate::coworking::hospitality::HospitalityInput;
use crate::coworking::id::MemberId;
use crate::coworking::ledger::{self, Difference, Month};
use crate::coworking::partner;
use crate::coworking::peer;
use crate::operations::ledger::{Compared, Entry};
use crate::operations::partner as partners;
use crate::store::actor::ActorSummary;

/// A space elsewhere, and how far it and one of this node have come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Partner {
    /// The space.
    pub space: Person,
    /// How far the two have come; absent for one that nobody has asked.
    #[schema(value_type = Option<Stage>, required)]
    pub stage: Option<partner::Stage>,
    /// The version of the peer agreement to which this side agreed.
    #[schema(required)]
    pub agreement: Option<u32>,
    /// When it did.
    #[schema(value_type = Option<Time>, required)]
    pub agreed_at: Option<Timestamp>,
    /// Who did; absent for the keeper.
    #[schema(value_type = Option<Id>, required)]
    pub agreed_by: Option<MemberId>,
    /// Where the other side is written to after a breach of data.
    #[schema(required)]
    pub contact: Option<String>,
}

impl From<partners::Neighbour> for Partner {
    fn from(neighbour: partners::Neighbour) -> Self {
        let partners::Neighbour { actor, stage, agreed } = neighbour;
        Self {
            space: actor.into(),
            stage,
            agreement: agreed.as_ref().map(|agreed| agreed.agreement),
            agreed_at: agreed.as_ref().map(|agreed| agreed.agreed_at),
            agreed_by: agreed.as_ref().and_then(|agreed| agreed.agreed_by),
            contact: agreed.and_then(|agreed| agreed.contact),
        }
    }
}

/// How often a host took guests in who asked as its rules say, as far as this node knows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Honour {
    /// Requests that got a yes.
    pub accepted: u32,
    /// Requests that broke no rule and were answered, or not answered in time.
    pub valid: u32,
    /// In hundredths; absent as long as nobody asked.
    #[schema(required)]
    pub percent: Option<u32>,
}

impl From<ledger::Honour> for Honour {
    fn from(honour: ledger::Honour) -> Self {
        Self { accepted: honour.accepted, valid: honour.valid, percent: honour.percent() }
    }
}

/// Guest-days between this node and another one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Balance {
    /// Days of their guests here.
    pub hosted: u32,
    /// Days of this node's members there.
    pub sent: u32,
    /// How often this node took their people in.
    pub honoured_here: Honour,
    /// How often they took this node's people in.
    pub honoured_there: Honour,
}

impl From<Entry> for Balance {
    fn from(entry: Entry) -> Self {
        let (here, there) = (entry.honoured_here.into(), entry.honoured_there.into());
        Self { hosted: entry.hosted, sent: entry.sent, honoured_here: here, honoured_there: there }
    }
}

/// The peer agreement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Agreement {
    /// Its version, which who accepts a partner names.
    pub version: u32,
    /// What it says.
    pub text: String,
}

/// All that is known of a space elsewhere, for who decides on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Review {
    /// The space, and how far the two have come.
    #[serde(flatten)]
    pub partner: Partner,
    /// Its server.
    #[schema(example = "quay.example")]
    pub host: String,
    /// How far that is trusted.
    #[schema(value_type = Level)]
    pub level: peer::Level,
    /// Name and version of what it runs, as it says.
    #[schema(required)]
    pub software: Option<String>,
    /// When it was first met.
    #[schema(value_type = Option<Time>, required)]
    pub first_met_at: Option<Timestamp>,
    /// SHA-256 of the key that it signs with, for two administrators to compare.
    #[schema(required)]
    pub fingerprint: Option<String>,
    /// What it grants guests.
    #[schema(value_type = Option<Hospitality>, required)]
    pub hospitality: Option<HospitalityInput>,
    /// The same, a sentence for each clause.
    pub sentences: Vec<String>,
    /// Some of its people, those who want to be found.
    pub people: Vec<Person>,
    /// What stood between the two nodes in the last 13 months.
    pub balance: Balance,
    /// To what this side has to agree.
    pub peer_agreement: Agreement,
}

impl From<partners::Review> for Review {
    fn from(review: partners::Review) -> Self {
        let actor = &review.actor;
        let summary = ActorSummary {
            id: actor.id,
            uri: actor.uri.clone(),
            local: actor.local,
            actor_type: actor.actor_type,
            username: actor.username.clone(),
            host: actor.host.clone(),
            name: actor.name.clone(),
            icon: actor.icon.clone(),
            url: actor.url.clone(),
        };
        let neighbour = partners::Neighbour { actor: summary, stage: review.stage, agreed: review.agreed };
        Self {
            partner: neighbour.into(),
            host: review.host.to_string(),
            level: review.level,
            software: review.software,
            first_met_at: review.first_met_at,
            fingerprint: review.fingerprint,
            hospitality: review.hospitality.granted.map(Into::into),
            sentences: review.hospitality.sentences,
            people: review.people.into_iter().map(Person::from).collect(),
            balance: review.balance.into(),
            peer_agreement: Agreement { version: partner::AGREEMENT_VERSION, text: partner::AGREEMENT.to_owned() },
        }
    }
}

/// What stands between this node and another one in a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LedgerLine {
    /// The month.
    #[schema(value_type = String, example = "2027-01")]
    pub month: Month,
    /// The other node.
    #[schema(example = "quay.example")]
    pub host: String,
    /// What stands.
    #[serde(flatten)]
    pub balance: Balance,
}

/// What one of two partners said of a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statement {
    /// Days of guests of the other space at the one that says so.
    pub hosted: u32,
    /// Days of guests of the one that says so at the other space.
    pub sent: u32,
    /// How many bookings they rest on.
    pub bookings: usize,
}

impl From<&ledger::Statement> for Statement {
    fn from(statement: &ledger::Statement) -> Self {
        let bookings = statement.hosted.agreements.len() + statement.sent.agreements.len();
        Self { hosted: statement.hosted.days, sent: statement.sent.days, bookings }
    }
}

/// Where two statements of one month say different things.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StatementDifference {
    /// Were these days at this node's space, or at theirs?
    pub hosted_here: bool,
    /// Days by this side's statement.
    pub ours: u32,
    /// Days by theirs.
    pub theirs: u32,
    /// Bookings that only this side's statement names.
    pub only_ours: Vec<String>,
    /// Bookings that only theirs names.
    pub only_theirs: Vec<String>,
}

impl From<Difference> for StatementDifference {
    fn from(differs: Difference) -> Self {
        let Difference { hosted_here, ours, theirs, only_ours, only_theirs } = differs;
        Self { hosted_here, ours, theirs, only_ours, only_theirs }
    }
}

/// What two partners said of a month, side by side.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statements {
    /// The other space.
    pub partner: Person,
    /// The month.
    #[schema(value_type = String, example = "2027-01")]
    pub month: Month,
    /// What this side says, if it is made.
    #[schema(required)]
    pub ours: Option<Statement>,
    /// What theirs says, if it has come.
    #[schema(required)]
    pub theirs: Option<Statement>,
    /// What differs; nothing as long as one is missing. Nothing settles it but people.
    pub differences: Vec<StatementDifference>,
}

impl Statements {
    /// With the other space as lists show it.
    #[must_use]
    pub fn new(compared: Compared, partner: ActorSummary) -> Self {
        Self {
            partner: partner.into(),
            month: compared.month,
            ours: compared.ours.as_ref().map(Statement::from),
            theirs: compared.theirs.as_ref().map(Statement::from),
            differences: compared.differences.into_iter().map(StatementDifference::from).collect(),
        }
    }

    /// Do the two agree? Unknown as long as one is missing.
    #[must_use]
    pub fn agree(&self) -> Option<bool> {
        (self.ours.is_some() && self.theirs.is_some()).then_some(self.differences.is_empty())
    }
}
