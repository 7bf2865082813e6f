//! One TCP connection: reads requests, asks the faults and the service, writes or withholds the answer.

use std::io::IoSlice;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::body::Outgoing;
use super::fault::Delivery;
use super::{Cut, Reply, Request, Service};

/// The largest body that is read.
const BODY_LIMIT: usize = 16 << 20;

/// Serves a connection until either side closes it.
pub(super) async fn serve(stream: TcpStream, service: Arc<dyn Service>) {
    let reset = Arc::new(AtomicBool::new(false));
    let socket = Socket { io: TokioIo::new(stream), reset: Arc::clone(&reset) };
    let handle = service_fn(|request| {
        let (service, reset) = (Arc::clone(&service), Arc::clone(&reset));
        async move { respond(service.as_ref(), request, &reset).await }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(socket, handle);
    // Broken connections are part of the job, ours and the client's; the log of requests tells what happened.
    connection.await.unwrap_or_default();
}

async fn respond(
    service: &dyn Service,
    request: hyper::Request<Incoming>,
    reset: &AtomicBool,
) -> Result<hyper::Response<Outgoing>, Cut> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return whole(Reply::new(413, "text/plain", "Payload Too Large"));
    };
    let request = understand(&head, body.to_bytes().to_vec());
    let delivery = match service.faults().take(&request) {
        Some(fault) => fault.deliver(&request, || service.answer(&request)),
        None => Delivery::Whole(service.answer(&request)),
    };
    service.log().record(request, delivery.status());
    match delivery {
        Delivery::Whole(reply) => whole(reply),
        Delivery::Truncated(reply) => {
            let promised = reply.body.len().max(2);
            let part = reply.body.get(..promised / 2).unwrap_or(b"{").to_vec();
            let reply = Reply { body: Vec::new(), ..reply }.with_header("content-length", promised.to_string());
            response(reply, Outgoing::truncated(part))
        }
        Delivery::Dripping(reply) => response(reply, Outgoing::dripping()),
        Delivery::Reset => {
            reset.store(true, Ordering::Relaxed);
            Err(Cut)
        }
        Delivery::Closed => Err(Cut),
        Delivery::Withheld => std::future::pending().await,
    }
}

/// The parts of a request that a fake looks at.
fn understand(head: &hyper::http::request::Parts, body: Vec<u8>) -> Request {
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    // CONNECT has an authority and no path.
    let target = head.uri.path_and_query().map_or_else(|| head.uri.to_string(), |it| it.as_str().to_owned());
    let absolute = head
        .uri
        .scheme_str()
        .zip(head.uri.authority())
        .map(|(scheme, authority)| (scheme.to_owned(), authority.to_string()));
    let url = match &absolute {
        // The service behind a proxy speaks of itself as everybody else knows it.
        Some((_, authority)) => format!("https://{authority}{target}"),
        None => {
            let host = headers.iter().find(|(name, _)| name == "host").map_or("127.0.0.1", |(_, value)| value);
            format!("http://{host}{target}")
        }
    };
    Request { method: head.method.to_string(), target, url, absolute, headers, body }
}

fn whole(mut reply: Reply) -> Result<hyper::Response<Outgoing>, Cut> {
    let body = std::mem::take(&mut reply.body);
    response(reply, Outgoing::whole(body))
}

fn response(reply: Reply, body: Outgoing) -> Result<hyper::Response<Outgoing>, Cut> {
    let mut response = hyper::Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    // Fails when a test asks for a status or a header value that HTTP does not have: then nothing is answered.
    response.body(body).map_err(|_invalid| Cut)
}

/// A socket that can be told to end with a reset rather than with a close.
struct Socket {
    io: TokioIo<TcpStream>,
    reset: Arc<AtomicBool>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // When the option cannot be set the peer sees a close, which it must survive as well.
            self.io.inner().set_zero_linger().unwrap_or_default();
        }
    }
}

impl Read for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, buffer)
    }
}

impl Write for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(context, slices)
    }
}
