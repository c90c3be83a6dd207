//! What a server says that it can do beyond what its objects show (FEP-844e).

/// A capability that this network knows by name. Extension activities go only to peers that list theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Verifies RFC 9421 signatures.
    Rfc9421,
    /// Verifies RFC 9421 signatures made with Ed25519 keys.
    Rfc9421Ed25519,
    /// Verifies object integrity proofs (FEP-8b32).
    IntegrityProofs,
    /// Reads proposals, also in notes (FEP-0837).
    Marketplace,
    /// Lets people check in by `Arrive` and out by `Leave`.
    CheckIns,
    /// Takes signed statements of guest-days from partner spaces (of this network).
    Statements,
}

impl Capability {
    /// The URI by which servers list it.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Self::Rfc9421 => "https://datatracker.ietf.org/doc/html/rfc9421",
            Self::Rfc9421Ed25519 => "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25",
            Self::IntegrityProofs => "https://w3id.org/fep/8b32",
            Self::Marketplace => "https://w3id.org/fep/0837",
            Self::CheckIns => "https://w3id.org/thirdspace/ns#CheckIns",
            Self::Statements => "https://w3id.org/thirdspace/ns#Statement",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rfc9421 => "RFC-9421: HTTP Message Signatures",
            Self::Rfc9421Ed25519 => "RFC-9421 signatures using the Ed25519 algorithm",
            Self::IntegrityProofs => "FEP-8b32: Object Integrity Proofs",
            Self::Marketplace => "FEP-0837: Federated Marketplace",
            Self::CheckIns => "Check-ins: Arrive and Leave of a Place",
            Self::Statements => "Statements of guest-days between partner spaces",
        }
    }
}
