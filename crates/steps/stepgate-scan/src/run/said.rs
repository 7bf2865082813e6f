//! What Trivy says on its standard error: a line is a time, a level and a message, with tabs between them; what follows
//! without a time belongs to the line before.

use findings::escape;

/// What a person still reads of a message, in characters.
const QUOTED: usize = 400;

/// So many warnings are handed on.
const WARNINGS: usize = 10;

/// What is in a message when something on the network, and not the image, is at fault.
const REMOTE: &[&str] = &[
    "failed to download",
    "DB error",
    "dial tcp",
    "no such host",
    "TLS handshake",
    "x509:",
    "TOOMANYREQUESTS",
    "UNAUTHORIZED",
    "DENIED",
    "MANIFEST_UNKNOWN",
    "unexpected status code",
    "unable to find the specified image",
    "i/o timeout",
];

/// What it said.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Why it gave up.
    fatal: Vec<String>,
    errors: Vec<String>,
    /// What it warned of, on one line each.
    pub(super) warnings: Vec<String>,
    /// The last thing that it said.
    last: String,
}

impl Said {
    /// Reads what it said.
    pub(super) fn of(stderr: &str) -> Self {
        let mut said = Self::default();
        let mut messages: Vec<(&str, String)> = Vec::new();
        for line in stderr.lines() {
            match (level(line), messages.last_mut()) {
                (Some((level, message)), _) => messages.push((level, message.to_owned())),
                (None, Some((_, message))) => {
                    message.push(' ');
                    message.push_str(line);
                }
                (None, None) => messages.push(("", line.to_owned())),
            }
        }
        for (level, message) in messages {
            let message = on_one_line(&message);
            said.last.clone_from(&message);
            match level {
                "FATAL" => said.fatal.push(message),
                "ERROR" => said.errors.push(message),
                "WARN" if said.warnings.len() < WARNINGS => said.warnings.push(message),
                _ => {}
            }
        }
        said
    }

    /// Why it gave up, in its own words.
    pub(super) fn why(&self) -> String {
        let why = self.fatal.first().or(self.errors.last()).unwrap_or(&self.last);
        if why.is_empty() { "it said nothing".to_owned() } else { why.clone() }
    }

    /// Whether it gave up because of something on the network.
    pub(super) fn is_remote(&self) -> bool {
        let why = self.why();
        REMOTE.iter().any(|words| why.contains(words))
    }
}

/// Level and message of a line that has them.
fn level(line: &str) -> Option<(&str, &str)> {
    let (time, rest) = line.split_once('\t')?;
    let (level, message) = rest.split_once('\t')?;
    let is_time = time.len() >= 20 && time.starts_with(|c: char| c.is_ascii_digit());
    (is_time && ["DEBUG", "INFO", "WARN", "ERROR", "FATAL"].contains(&level)).then_some((level, message))
}

fn on_one_line(message: &str) -> String {
    let message = message.strip_prefix("Fatal error").unwrap_or(message);
    escape::cut(&message.split_whitespace().collect::<Vec<_>>().join(" "), QUOTED).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_trivy_gave_up_is_said_in_its_own_words() {
        let said = Said::of(
            "2026-11-24T17:47:51Z\tINFO\t[secret] Secret scanning is enabled\n\
             2026-11-24T17:47:51Z\tWARN\tThis OS version is no longer supported by the distribution\tfamily=\"alpine\"\n\
             2026-11-24T17:47:51Z\tFATAL\tFatal error\trun error: image scan error: 2 errors occurred:\n\
             \t* unable to open web.tar as a Docker image: archive/tar: invalid tar header\n\n",
        );
        assert_eq!(said.warnings, ["This OS version is no longer supported by the distribution family=\"alpine\""]);
        let why = "run error: image scan error: 2 errors occurred: * unable to open web.tar as a Docker image: \
                   archive/tar: invalid tar header";
        assert_eq!(said.why(), why);
        assert!(!said.is_remote());
    }

    #[test]
    fn a_database_that_cannot_be_fetched_is_the_fault_of_the_network() {
        let said = Said::of(
            "2026-11-24T17:47:51Z\tFATAL\tFatal error\trun error: init error: DB error: failed to download \
             vulnerability DB: Get \"https://mirror.gcr.io/v2/\": dial tcp: lookup mirror.gcr.io: no such host\n",
        );
        assert!(said.is_remote());
    }

    #[test]
    fn what_is_no_log_is_quoted_all_the_same() {
        assert_eq!(Said::of("sh: 1: out of luck\n").why(), "sh: 1: out of luck");
        assert_eq!(Said::of("").why(), "it said nothing");
    }
}
