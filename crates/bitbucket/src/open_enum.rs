//! Enums of words that the API may add to.

/// Declares an enum of API words that keeps a word it does not know.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A word that this version does not know.
            Unknown(String),
        }

        impl $name {
            /// The word as the API has it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Unknown(word),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

pub(crate) use open_enum;

#[cfg(test)]
mod tests {
    use crate::ReportResult;

    #[test]
    fn known_words_are_variants_and_an_unknown_one_survives_a_round_trip() {
        let words: Vec<ReportResult> = serde_json::from_str(r#"["PASSED","FAILED","EXPLODED"]"#).unwrap();
        assert_eq!(words, [ReportResult::Passed, ReportResult::Failed, ReportResult::Unknown("EXPLODED".to_owned())]);
        assert_eq!(serde_json::to_string(&words).unwrap(), r#"["PASSED","FAILED","EXPLODED"]"#);
    }
}
