//! Who plays: three spaces and the people in them, as plain data.

use std::fmt;

use crate::coworking::member::Role;

/// One of the three spaces; each lives on a node of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Harbor,
    Loft,
    Garden,
}

impl Place {
    pub(super) const ALL: [Self; 3] = [Self::Harbor, Self::Loft, Self::Garden];

    /// What there is to know of it.
    pub(super) fn space(self) -> &'static Space {
        match self {
            Self::Harbor => &HARBOR,
            Self::Loft => &LOFT,
            Self::Garden => &GARDEN,
        }
    }

    /// The way of something that is said here and seen there.
    pub(super) fn to(self, at: Self) -> Way {
        Way { from: self, at }
    }

    /// Its place among the three.
    pub(super) fn index(self) -> usize {
        match self {
            Self::Harbor => 0,
            Self::Loft => 1,
            Self::Garden => 2,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.space().slug)
    }
}

/// From the node where something was said to the one where it is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) from: Place,
    pub(super) at: Place,
}

/// A space.
#[derive(Debug)]
pub(super) struct Space {
    /// Its name in addresses; its node is `http://{slug}.localhost`.
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) city: &'static str,
    /// IANA time zone.
    pub(super) zone: &'static str,
    /// Markdown.
    pub(super) summary: &'static str,
    /// The first is the administrator.
    pub(super) people: &'static [Person],
}

/// A member.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) home: Place,
    pub(super) username: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// May anybody follow without being asked?
    pub(super) open: bool,
    pub(super) skills: &'static [&'static str],
    /// Markdown.
    pub(super) summary: &'static str,
}

impl Person {
    /// What their friends call them.
    pub(super) fn first_name(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }
}

static HARBOR: Space = Space {
    slug: "harbor",
    name: "Harbor Coworking",
    city: "Lisbon",
    zone: "Europe/Lisbon",
    summary: "Twenty-four desks in an old sail loft on the Tagus, a workshop with a CNC router, and coffee that is \
              never more than an hour old.",
    people: &[ANA, BEN, NOOR],
};

static LOFT: Space = Space {
    slug: "loft",
    name: "The Loft",
    city: "Tallinn",
    zone: "Europe/Tallinn",
    summary: "Sixteen desks under the roof of a chocolate factory, one long table, soup on Thursdays.",
    people: &[MIRA, JONAS, PRIYA],
};

static GARDEN: Space = Space {
    slug: "garden",
    name: "Garden Works",
    city: "Kyoto",
    zone: "Asia/Tokyo",
    summary: "A townhouse with eight desks around a moss garden. Shoes stay at the door, laptops may come in.",
    people: &[YUKI, TOMAS],
};

pub(super) const ANA: Person = Person {
    home: Place::Harbor,
    username: "ana",
    name: "Ana Ruiz",
    role: Role::Admin,
    open: true,
    skills: &["bookkeeping", "Portuguese taxes"],
    summary: "Keeps the keys, the books and the coffee machine of Harbor.",
};

pub(super) const BEN: Person = Person {
    home: Place::Harbor,
    username: "ben",
    name: "Ben Okafor",
    role: Role::Host,
    open: true,
    skills: &["furniture", "CNC milling"],
    summary: "Builds desks for people who sit too much. Ask me about the router.",
};

pub(super) const NOOR: Person = Person {
    home: Place::Harbor,
    username: "noor",
    name: "Noor Haddad",
    role: Role::Member,
    open: true,
    skills: &["user research", "Arabic", "interviewing"],
    summary: "Lives out of one bag: three months here, three months there. Home is Harbor.",
};

pub(super) const MIRA: Person = Person {
    home: Place::Loft,
    username: "mira",
    name: "Mira Saar",
    role: Role::Admin,
    open: true,
    skills: &["facilitation", "community"],
    summary: "Knows everybody at The Loft, and soon you.",
};

pub(super) const JONAS: Person = Person {
    home: Place::Loft,
    username: "jonas",
    name: "Jonas Weber",
    role: Role::Member,
    open: false,
    skills: &["Rust", "soup"],
    summary: "Writes compilers by day and soup on Thursdays. I like to know who reads along.",
};

pub(super) const PRIYA: Person = Person {
    home: Place::Loft,
    username: "priya",
    name: "Priya Nair",
    role: Role::Member,
    open: true,
    skills: &["product photography"],
    summary: "Takes pictures of things so that you want them.",
};

pub(super) const YUKI: Person = Person {
    home: Place::Garden,
    username: "yuki",
    name: "Yuki Mori",
    role: Role::Admin,
    open: true,
    skills: &["translation", "Japanese"],
    summary: "Opens the shutters of Garden Works every morning. Translates novels after that.",
};

pub(super) const TOMAS: Person = Person {
    home: Place::Garden,
    username: "tomas",
    name: "Tomás Vega",
    role: Role::Member,
    open: true,
    skills: &["ceramics", "Spanish"],
    summary: "Potter from Oaxaca, in Kyoto for the clay.",
};
