//! Closed sets of words, of which the bank or a caller writes one.

/// Declares a set of words: an enum with `ALL`, `as_str`, `Display`, and `FromStr` with the error for any other word.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])+ $name:ident, $error:ty = $other:expr; $($(#[$word_doc:meta])+ $word:ident = $text:literal,)+) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$word_doc])+ $word),+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$word),+];

            /// Returns the word for the value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text),+
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::ALL.iter().find(|value| value.as_str() == text).copied().ok_or($other)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
