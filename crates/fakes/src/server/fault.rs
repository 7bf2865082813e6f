//! Failing on demand, in the ways real services and the networks before them fail.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::{Reply, Request};

/// One way to fail, for some requests, a number of times.
///
/// Without [`on`](Self::on) it strikes whatever comes next; without [`times`](Self::times), once. Of several that
/// match, the one injected first strikes, one a request. The request does not reach the service unless
/// [`after_applying`](Self::after_applying) says so, or the fault needs the true answer to spoil it.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a fault strikes once it is injected"]
pub struct Fault {
    method: String,
    path_part: String,
    skip: usize,
    times: usize,
    applied: bool,
    effect: Effect,
}

#[derive(Debug, Clone, PartialEq)]
enum Effect {
    Status { status: u16, shape: Shape, message: Option<String>, retry_after: Option<String> },
    Redirect { location: String },
    Reset,
    Close,
    Hang,
    Truncate,
    Drip,
    EmptyPage,
    EndlessPages,
}

/// The shape of an error's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `{"type":"error","error":{"message":…}}`, the documented one.
    Envelope,
    /// `{"key":…,"message":…,"arguments":{}}`, as Code Insights says it.
    KeyMessage,
    /// `{"code":…,"message":…}`, as Code Insights says it at other times.
    CodeMessage,
    /// Plain text, as the rate limiter says it.
    Text,
    /// The HTML page of the nginx in front.
    Html,
    /// No body and no media type.
    Empty,
}

impl Fault {
    /// Answers with this status, in the shape it usually has: 429 plain text, 5xx HTML, others the envelope.
    pub fn status(status: u16) -> Self {
        let shape = match status {
            429 => Shape::Text,
            500.. => Shape::Html,
            _ => Shape::Envelope,
        };
        Self::new(Effect::Status { status, shape, message: None, retry_after: None })
    }

    /// Answers 302 to another place.
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::new(Effect::Redirect { location: location.into() })
    }

    /// Resets the connection without an answer (the peer sees ECONNRESET).
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// Closes the connection without an answer.
    pub fn close() -> Self {
        Self::new(Effect::Close)
    }

    /// Never answers, and leaves the connection open.
    pub fn hang() -> Self {
        Self::new(Effect::Hang)
    }

    /// Sends half of the true body and closes.
    pub fn truncate() -> Self {
        Self::new(Effect::Truncate)
    }

    /// Sends the true head and then a body that drips and never ends.
    pub fn drip() -> Self {
        Self::new(Effect::Drip)
    }

    /// Puts an empty page before the page that was asked for: no values, and a `next` that leads to it.
    pub fn empty_page() -> Self {
        Self::new(Effect::EmptyPage)
    }

    /// Adds to the page a `next` that leads to the same values under another address.
    pub fn endless_pages() -> Self {
        Self::new(Effect::EndlessPages).always()
    }

    fn new(effect: Effect) -> Self {
        Self { method: String::new(), path_part: String::new(), skip: 0, times: 1, applied: false, effect }
    }

    /// Strikes only requests of this method (any when empty) whose path and query contain this.
    pub fn on(mut self, method: &str, path_part: &str) -> Self {
        method.clone_into(&mut self.method);
        path_part.clone_into(&mut self.path_part);
        self
    }

    /// Lets the first that match go by.
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes this many times.
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Strikes for as long as the fake runs.
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// Applies the request first: the change is made, and only the answer is lost.
    pub fn after_applying(mut self) -> Self {
        self.applied = true;
        self
    }

    /// Gives the body this shape; only for [`status`](Self::status).
    pub fn shape(mut self, wanted: Shape) -> Self {
        if let Effect::Status { shape, .. } = &mut self.effect {
            *shape = wanted;
        }
        self
    }

    /// Says this in the body; only for [`status`](Self::status).
    pub fn message(mut self, text: impl Into<String>) -> Self {
        if let Effect::Status { message, .. } = &mut self.effect {
            *message = Some(text.into());
        }
        self
    }

    /// Sends `Retry-After`, in seconds or as an HTTP date; only for [`status`](Self::status).
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        if let Effect::Status { retry_after, .. } = &mut self.effect {
            *retry_after = Some(value.into());
        }
        self
    }

    fn matches(&self, request: &Request) -> bool {
        (self.method.is_empty() || self.method == request.method) && request.target.contains(&self.path_part)
    }

    /// What goes over the wire, given how to get the true answer.
    pub(super) fn deliver(self, request: &Request, answer: impl Fn() -> Reply) -> Delivery {
        let spoils = matches!(self.effect, Effect::Truncate | Effect::Drip | Effect::EmptyPage | Effect::EndlessPages);
        let truth = if self.applied || spoils { answer() } else { Reply::empty(204) };
        match self.effect {
            Effect::Status { status, shape, message, retry_after } => {
                let message = message.unwrap_or_else(|| reason(status).to_owned());
                let mut reply = shape.reply(status, &message);
                if let Some(value) = retry_after {
                    reply = reply.with_header("retry-after", value);
                }
                Delivery::Whole(reply)
            }
            Effect::Redirect { location } => Delivery::Whole(Reply::empty(302).with_header("location", location)),
            Effect::Reset => Delivery::Reset,
            Effect::Close => Delivery::Closed,
            Effect::Hang => Delivery::Withheld,
            Effect::Truncate => Delivery::Truncated(truth),
            Effect::Drip => Delivery::Dripping(truth),
            Effect::EmptyPage => Delivery::Whole(edit_page(truth, request, |page| {
                page.insert("values".to_owned(), json!([]));
            })),
            Effect::EndlessPages => Delivery::Whole(edit_page(truth, request, |_| {})),
        }
    }
}

impl Shape {
    pub(crate) fn reply(self, status: u16, message: &str) -> Reply {
        match self {
            Self::Envelope => Reply::json(status, &json!({"type": "error", "error": {"message": message}})),
            Self::KeyMessage => Reply::json(
                status,
                &json!({"key": "report-service.general.bad-request", "message": message, "arguments": {}}),
            ),
            Self::CodeMessage => Reply::json(status, &json!({"code": status, "message": message})),
            Self::Text => Reply::new(status, "text/plain", message),
            Self::Html => Reply::new(status, "text/html", nginx_page(status, message)),
            Self::Empty => Reply::empty(status),
        }
    }
}

/// How an answer leaves.
pub(super) enum Delivery {
    Whole(Reply),
    Truncated(Reply),
    Dripping(Reply),
    Reset,
    Closed,
    Withheld,
}

impl Delivery {
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Whole(reply) | Self::Truncated(reply) | Self::Dripping(reply) => Some(reply.status),
            Self::Reset | Self::Closed | Self::Withheld => None,
        }
    }
}

/// The faults that have not struck yet.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn inject(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// The strikes left of those faults that end.
    pub(crate) fn pending(&self) -> usize {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().map(|fault| fault.times).filter(|times| *times != usize::MAX).sum()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault that strikes this request.
    pub(super) fn take(&self, request: &Request) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = None;
        for fault in faults.iter_mut().filter(|fault| fault.times > 0 && fault.matches(request)) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else {
                if fault.times != usize::MAX {
                    fault.times -= 1;
                }
                struck = Some(fault.clone());
                break;
            }
        }
        faults.retain(|fault| fault.times > 0);
        struck
    }
}

/// Changes a page and gives it a `next` to the same page under an address not used before.
fn edit_page(reply: Reply, request: &Request, edit: impl Fn(&mut serde_json::Map<String, Value>)) -> Reply {
    let Ok(Value::Object(mut page)) = serde_json::from_slice(&reply.body) else {
        return reply;
    };
    edit(&mut page);
    let sign = if request.target.contains('?') { '&' } else { '?' };
    page.insert("next".to_owned(), Value::from(format!("{}{sign}ctx=1", request.url)));
    Reply { body: Value::Object(page).to_string().into_bytes(), ..reply }
}

fn reason(status: u16) -> &'static str {
    match status {
        429 => "Rate limit for this resource has been exceeded",
        555 => "Timed out",
        _ => hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error"),
    }
}

fn nginx_page(status: u16, message: &str) -> String {
    format!(
        "<html>\r\n<head><title>{status} {message}</title></head>\r\n<body>\r\n<center><h1>{status} {message}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}
