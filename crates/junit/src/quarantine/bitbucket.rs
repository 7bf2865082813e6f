//! The file that `BITBUCKET_TEST_METADATA_FILE_PATH` names:
//! <https://support.atlassian.com/bitbucket-cloud/docs/quarantining-flaky-tests/>.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

const LIST: &str = "quarantinedTests";

/// The tests that people put in quarantine in Bitbucket.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BitbucketFile {
    tests: Vec<BitbucketTest>,
    /// By class and name, with dots in the class.
    places: BTreeMap<(String, String), usize>,
}

/// A test as Bitbucket names it: it takes the classname of a report apart at the last dot.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct BitbucketTest {
    /// What stands before the class; often empty.
    #[serde(default, deserialize_with = "or_empty")]
    pub package: String,
    /// The class without its package.
    #[serde(default, deserialize_with = "or_empty")]
    pub class: String,
    /// The name, never empty.
    pub name: String,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BitbucketError {
    /// It is not the JSON that it should be.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It has no list of tests.
    #[error("there is no list `{LIST}` in it")]
    NoList,
    /// A test in it is not as it should be.
    #[error("{LIST}[{at}]: {what}")]
    Test {
        /// Which, from 0.
        at: usize,
        /// What is wrong with it.
        what: String,
    },
}

impl BitbucketFile {
    /// Reads the file. Unknown keys are left alone.
    ///
    /// # Errors
    ///
    /// When it is not JSON, has no list `quarantinedTests`, or has a test without a name in it.
    pub fn parse(json: &[u8]) -> Result<Self, BitbucketError> {
        // Values first, so that an error can say which test it is about.
        let mut file: Map<String, Value> = serde_json::from_slice(json)?;
        let Some(Value::Array(tests)) = file.remove(LIST) else {
            return Err(BitbucketError::NoList);
        };
        let tests = tests
            .into_iter()
            .enumerate()
            .map(|(at, value)| test(value).map_err(|what| BitbucketError::Test { at, what }));
        let tests = tests.collect::<Result<Vec<BitbucketTest>, BitbucketError>>()?;
        let places = tests.iter().enumerate().map(|(at, test)| ((dotted_class(test), test.name.clone()), at)).collect();
        Ok(Self { tests, places })
    }

    /// The tests, in the order of the file.
    #[must_use]
    pub fn tests(&self) -> &[BitbucketTest] {
        &self.tests
    }

    /// The test `name` of `class`, when it is listed. Bitbucket takes the classname apart at its last dot, and PHP's class
    /// names have backslashes.
    pub(super) fn find(&self, class: &str, name: &str) -> Option<&BitbucketTest> {
        if self.tests.is_empty() {
            return None;
        }
        self.places.get(&(dotted(class), name.to_owned())).map(|at| &self.tests[*at])
    }
}

fn test(value: Value) -> Result<BitbucketTest, String> {
    if !value.is_object() {
        return Err("it is not an object".to_owned());
    }
    let test: BitbucketTest = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if test.name.is_empty() { Err("`name` is empty".to_owned()) } else { Ok(test) }
}

fn dotted_class(test: &BitbucketTest) -> String {
    let BitbucketTest { package, class, .. } = test;
    let dot = if package.is_empty() || class.is_empty() { "" } else { "." };
    dotted(&format!("{package}{dot}{class}"))
}

/// A class with dots: PHP's have backslashes.
fn dotted(class: &str) -> String {
    class.replace('\\', ".")
}

fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}
