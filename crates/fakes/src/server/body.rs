//! Bodies on the wire: whole, cut short, or never ending.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::Sleep;

/// A pause long enough for what was written before it to reach the peer, short enough for a test.
const PAUSE: Duration = Duration::from_millis(20);

/// The connection is to be broken off here.
#[derive(Debug, thiserror::Error)]
#[error("the connection is broken off on purpose")]
pub(super) struct Cut;

/// An answer's body.
pub(super) enum Outgoing {
    /// All of it, at once.
    Whole(Option<Bytes>),
    /// A part of what the headers promised, then the connection breaks off.
    Truncated(Option<Bytes>, Pin<Box<Sleep>>),
    /// A blank now and then, for ever: the blanks that JSON allows before a value.
    Dripping(Pin<Box<Sleep>>),
}

impl Outgoing {
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self::Whole(Some(body.into()))
    }

    pub(super) fn truncated(part: Vec<u8>) -> Self {
        Self::Truncated(Some(part.into()), pause())
    }

    pub(super) fn dripping() -> Self {
        Self::Dripping(pause())
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Truncated(part, until) => match part.take() {
                Some(part) => Poll::Ready(Some(Ok(Frame::data(part)))),
                None => until.as_mut().poll(context).map(|()| Some(Err(Cut))),
            },
            Self::Dripping(until) => until.as_mut().poll(context).map(|()| {
                *until = pause();
                Some(Ok(Frame::data(Bytes::from_static(b" "))))
            }),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Truncated(..) | Self::Dripping(_) => SizeHint::default(),
        }
    }
}

fn pause() -> Pin<Box<Sleep>> {
    Box::pin(tokio::time::sleep(PAUSE))
}
