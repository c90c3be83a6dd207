//! Types that are one of a few words, the same in the store, on the wire and on the page.

/// Declares such a type: its name, the field that it stands in, what would pass in words, and each value with its word.
macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $field:literal, $expected:literal, { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// The word on the wire, in the store and on the page.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::coworking::Refusal;

            fn from_str(text: &str) -> Result<Self, $crate::coworking::Refusal> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::coworking::Refusal::malformed($field, text, $expected)),
                }
            }
        }
    };
}
pub(super) use word;
