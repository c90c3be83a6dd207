//! In whose name a command acts.

use clap::Args;

use super::answer::Failure;
use super::open::Opened;
use crate::coworking::Refusal;
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::refusal::SetupRefusal;
use crate::operations::speaker::As;
use crate::store::{actor, member};

/// Whose name it is.
#[derive(Debug, Clone, Args)]
pub(super) struct Speaker {
    /// Who acts, by their name here [default: the administrator, if there is only one]
    #[arg(long = "as", value_name = "USERNAME")]
    name: Option<String>,
}

/// Administrators that are named to who has to choose one.
const NAMED: u32 = 10;

/// Who acts for a space.
#[derive(Debug, Clone, Args)]
pub(super) struct Staff {
    /// Who acts, by their name here [default: the keeper]
    #[arg(id = "as", long = "as", value_name = "USERNAME")]
    name: Option<String>,
}

impl Staff {
    /// The one of this name, if there is one.
    pub(super) fn named(name: Option<String>) -> Self {
        Self { name }
    }

    /// The member of that name, or else the keeper.
    pub(super) async fn acting(&self, opened: &Opened) -> Result<Acting, Failure> {
        match &self.name {
            Some(name) => Ok(opened.member(name).await?.1),
            None => Ok(Acting::Keeper),
        }
    }
}

impl Speaker {
    /// The one of this name, if there is one.
    pub(super) fn named(name: Option<String>) -> Self {
        Self { name }
    }

    /// For a space: the member of that name, or else the keeper.
    pub(super) async fn staff(&self, opened: &Opened) -> Result<Acting, Failure> {
        Staff::named(self.name.clone()).acting(opened).await
    }

    /// The name that was given, or else that of the only administrator.
    pub(super) async fn name(&self, opened: &Opened) -> Result<String, Failure> {
        if let Some(name) = &self.name {
            return Ok(name.trim_start_matches('@').to_owned());
        }
        let mut administrators = opened
            .read(|tx| {
                let ids: Vec<_> = member::with_role(tx, Role::Admin, NAMED)?.into_iter().map(Into::into).collect();
                let people = actor::summaries(tx, &ids)?.into_iter();
                Ok(people.map(|person| person.username).collect::<Vec<_>>())
            })
            .await?;
        administrators.sort();
        match (administrators.pop(), administrators.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                administrators.push(last);
                let names = administrators.join(" or --as ");
                Err(Failure::Usage(format!("this node has several administrators; say who acts: --as {names}")))
            }
            (None, _) => Err(Refusal::Setup(SetupRefusal::Missing).into()),
        }
    }

    /// A member who acts.
    pub(super) async fn member(&self, opened: &Opened) -> Result<(MemberId, Acting), Failure> {
        opened.member(&self.name(opened).await?).await
    }

    /// A member who acts, or a space, for which the keeper does.
    pub(super) async fn voice(&self, opened: &Opened) -> Result<(String, Acting, As), Failure> {
        let name = self.name(opened).await?;
        let (acting, by) = opened.voice(&name).await?;
        Ok((name, acting, by))
    }
}
