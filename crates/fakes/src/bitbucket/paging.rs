//! Lists in pages. `next` is an absolute URL with an opaque token: a client that counts pages by itself gets 400.

use serde_json::{Value, json};

use super::errors::envelope;
use crate::server::{Reply, Request};

/// The page positions handed out.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<Position>);

#[derive(Debug)]
struct Position {
    path: String,
    offset: usize,
}

impl Tokens {
    /// The page of `values` that the request asks for.
    pub(super) fn page(&mut self, request: &Request, values: &[Value]) -> Result<Reply, Reply> {
        let length = page_length(request)?;
        let offset = match query(request, "page") {
            None => 0,
            Some(token) => self.redeem(request.path(), token).ok_or_else(|| envelope(400, "Invalid page"))?,
        };
        let rest = values.get(offset..).unwrap_or_default();
        let shown = rest.get(..length).unwrap_or(rest);
        let mut page = json!({"values": shown, "pagelen": length});
        if shown.len() < rest.len() {
            let token = self.issue(request.path(), offset + length);
            let (address, _) = request.url.split_once('?').unwrap_or((&request.url, ""));
            let kept = request.target.split_once('?').map_or("", |(_, query)| query);
            let kept = kept.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page="));
            let query: Vec<String> = kept.map(str::to_owned).chain([format!("page={token}")]).collect();
            page["next"] = Value::from(format!("{address}?{}", query.join("&")));
        }
        Ok(Reply::json(200, &page))
    }

    fn issue(&mut self, path: &str, offset: usize) -> String {
        self.0.push(Position { path: path.to_owned(), offset });
        scramble(self.0.len())
    }

    fn redeem(&self, path: &str, token: &str) -> Option<usize> {
        let known = (1..=self.0.len()).find(|number| scramble(*number) == token)?;
        self.0.get(known - 1).filter(|position| position.path == path).map(|position| position.offset)
    }
}

/// A token that does not look like a number to count on with.
fn scramble(number: usize) -> String {
    format!("{:016x}", (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Between 10 and 100, as the documentation has it; what is too small is raised, what is too large refused.
fn page_length(request: &Request) -> Result<usize, Reply> {
    let Some(wanted) = query(request, "pagelen") else {
        return Ok(10);
    };
    match wanted.parse::<usize>() {
        Ok(length @ 1..=100) => Ok(length.max(10)),
        _ => Err(envelope(400, "Invalid pagelen")),
    }
}

/// The first value of a query parameter, still encoded.
pub(super) fn query<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let (_, query) = request.target.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}
