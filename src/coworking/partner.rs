//! Partners: two spaces that follow each other, each by an act of an administrator who has looked at the other one and agreed
//! to how the two treat what they learn of guests.

use super::word::word;

/// The version of the [agreement](AGREEMENT) of today. It grows with each change of the text.
pub const AGREEMENT_VERSION: u32 = 1;

/// What the administrator of a space agrees to before another one becomes its partner.
pub const AGREEMENT: &str = "\
Peer agreement, version 1

Each of the two spaces answers for its own members, and is a controller of its own of what it learns of guests.

1. Purpose. What one space learns of a guest of the other (name, home, dates, what is needed) serves the visit alone: to answer \
the request, to host, and to count guest-days. It is not used for advertising, not sold, and given to nobody else.
2. Retention. What tells of single visits is kept no longer than the law asks for and 24 months at the most; days are \
counted after that without names.
3. Deletion. When a guest or the guest's space asks for it, or the account is deleted, what is not kept by law is deleted within 30 \
days.
4. Breach. Whoever loses such data, or finds that others have seen it, writes to the other space within 72 hours, to the address \
that the two gave each other, with what happened, to whom, and what is done.
5. End. Either side may end this at any time. What was booked stands; what was learned is still treated so.";

/// The most characters of the address that is written to after a breach.
pub const CONTACT_LIMIT: usize = 200;

word!(
    /// How far two spaces have come.
    Stage, "stage", "asked_by_us, asked_by_them or partners", {
        /// We have agreed, and they have not followed or not let us follow yet.
        AskedByUs = "asked_by_us",
        /// They follow, or ask to, and nobody here has looked at them.
        AskedByThem = "asked_by_them",
        /// Both have agreed: each follows the other.
        Partners = "partners",
    }
);

impl Stage {
    /// Where they stand, if anywhere: has our side agreed, does our space follow theirs, and does theirs follow ours or ask to?
    #[must_use]
    pub fn of(agreed: bool, following: bool, followed: bool, asked: bool) -> Option<Self> {
        match (agreed, following && followed, followed || asked) {
            (true, true, _) => Some(Self::Partners),
            (true, false, _) => Some(Self::AskedByUs),
            (false, _, true) => Some(Self::AskedByThem),
            (false, _, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partners_are_two_who_both_agreed() {
        assert_eq!(Stage::of(true, true, true, false), Some(Stage::Partners));
        assert_eq!(Stage::of(true, false, true, false), Some(Stage::AskedByUs), "they have not let us follow");
        assert_eq!(Stage::of(false, true, true, false), Some(Stage::AskedByThem), "following alone is no agreement");
        assert_eq!(Stage::of(false, false, false, true), Some(Stage::AskedByThem));
        assert_eq!(Stage::of(false, true, false, false), None);
        assert!(AGREEMENT.starts_with(&format!("Peer agreement, version {AGREEMENT_VERSION}\n")));
    }
}
