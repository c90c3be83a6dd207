//! Members: what they may do here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::{MemberId, SpaceId};
use super::name::Username;
use super::profile::NAME_LIMIT;
use super::refusal::{self, Refusal};

/// What a member may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Uses the space.
    Member,
    /// Works at the front desk.
    Host,
    /// Keeps the node.
    Admin,
}

impl Role {
    /// The word on the wire, in the store and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Host => "host",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text {
            "member" => Ok(Self::Member),
            "host" => Ok(Self::Host),
            "admin" => Ok(Self::Admin),
            _ => Err(Refusal::malformed("role", text, "member, host or admin")),
        }
    }
}

/// Somebody who is to become a member, every part checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// Their name in handles and URLs.
    pub username: Username,
    /// Their display name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The space they belong to; `None` is the node's default space.
    pub home: Option<SpaceId>,
}

impl NewMember {
    /// Checks the parts.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(username: &str, name: &str, role: Role, home: Option<SpaceId>) -> Result<Self, Refusal> {
        Ok(Self { username: Username::parse(username)?, name: refusal::needed("name", name, NAME_LIMIT)?, role, home })
    }

    /// All that keeps it from being one, a [`Refusal`] for each field.
    #[must_use]
    pub fn faults(username: &str, name: &str) -> Vec<Refusal> {
        let username = Username::parse(username).err();
        username.into_iter().chain(refusal::needed("name", name, NAME_LIMIT).err()).collect()
    }
}

/// Who acts, known and let in by a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acting {
    /// A member, with the role it has now.
    Member(MemberId, Role),
    /// The keeper of the machine, at the command line or with the setup link.
    Keeper,
}

impl Acting {
    /// The member who acts.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] for the keeper, who is nobody in the network: `act` needs a person.
    pub fn member(self, act: &'static str) -> Result<MemberId, Refusal> {
        match self {
            Self::Member(member, _) => Ok(member),
            Self::Keeper => Err(Refusal::NotPermitted { who: "a member", act }),
        }
    }

    /// Passes for those who have at least this role, and for the keeper.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] that names who may.
    pub fn needs(self, role: Role, act: &'static str) -> Result<(), Refusal> {
        match self {
            Self::Keeper => Ok(()),
            Self::Member(_, has) if has >= role => Ok(()),
            Self::Member(..) => {
                let who = match role {
                    Role::Member => "a member",
                    Role::Host => "a host or an administrator",
                    Role::Admin => "an administrator",
                };
                Err(Refusal::NotPermitted { who, act })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_what_a_host_may_and_is_told_who_else_may_more() {
        let host = Acting::Member(MemberId(1), Role::Host);
        assert!(host.needs(Role::Host, "approve").is_ok());
        assert_eq!(
            host.needs(Role::Admin, "add members").unwrap_err().to_string(),
            "only an administrator may add members"
        );
        assert!(Acting::Keeper.needs(Role::Admin, "add members").is_ok());
        assert!(Acting::Keeper.member("post").is_err());
    }
}
