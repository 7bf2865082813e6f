//! Listening on loopback, on a thread of its own, until dropped.
//!
//! A fake answers from its own thread and runtime, so that it serves blocking callers, child processes and
//! asynchronous tests with paused clocks alike.

mod body;
mod connection;
mod fault;
mod log;
mod reply;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use body::Cut;
use connection::serve;

pub(crate) use fault::Faults;
pub use fault::{Fault, Shape};
pub(crate) use log::Log;
pub use log::Recorded;
pub(crate) use reply::Reply;

/// Why a fake did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or loopback is not there.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The thread that serves could not be started.
    #[error("cannot start the serving thread")]
    Thread(#[source] io::Error),
}

/// A request with its body read, as a fake sees it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub method: String,
    /// Path and query, still encoded.
    pub target: String,
    /// The absolute URL under which the client reached it, for links in the answer.
    pub url: String,
    /// Scheme and authority when the request line held them, as it does towards a forward proxy.
    pub absolute: Option<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The first header of that name, given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What answers the requests of one listener.
pub(crate) trait Service: Send + Sync + 'static {
    /// Applies the request to the state and answers it.
    fn answer(&self, request: &Request) -> Reply;
    /// The faults that come first.
    fn faults(&self) -> &Faults;
    /// Where the request is written down.
    fn log(&self) -> &Log;
}

/// A bound address, not served yet.
pub(crate) struct Listener {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Listener {
    /// Binds 127.0.0.1; port 0 takes a free one.
    pub(crate) fn bind(port: u16) -> Result<Self, StartError> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let refused = |source| StartError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address })
    }
}

/// The thread that serves; dropping it stops it, breaks off open answers and frees the ports.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves each listener with its service.
    pub(crate) fn start(listeners: Vec<(Listener, Arc<dyn Service>)>) -> Result<Self, StartError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
        let entered = runtime.enter();
        let listeners = listeners
            .into_iter()
            .map(|(bound, service)| Ok((tokio::net::TcpListener::from_std(bound.listener)?, service)))
            .collect::<io::Result<Vec<_>>>()
            .map_err(StartError::Thread)?;
        drop(entered);
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            for (listener, service) in listeners {
                runtime.spawn(accept(listener, service));
            }
            // An error says that the sender is gone, which means stop as well.
            runtime.block_on(stopped).unwrap_or_default();
        };
        let thread = std::thread::Builder::new().name("fake".to_owned()).spawn(run).map_err(StartError::Thread)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on the serving thread has been printed by the panic hook already.
            thread.join().unwrap_or_default();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, service: Arc<dyn Service>) {
    loop {
        // A failed accept concerns one client that is gone; the next may succeed.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&service)));
        }
    }
}
