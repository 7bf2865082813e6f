//! Images, where they stand in a GitOps repository, and what a commit says of them.
//!
//! This crate is pure: it is handed bytes and gives back values or bytes. It never touches a file, a socket, a process,
//! the environment or the clock.
//!
//! # Layout
//!
//! - [`mod@reference`]: image references; [`version`]: which of two tags is the newer one.
//! - [`digest_file`]: the digest of an image out of what the tool that pushed it wrote.
//! - [`mod@find`]: where images stand, told by what is in a file; [`mod@explicit`]: the place that somebody names.
//! - [`mod@changes`]: what puts an image there, and what the rules forbid.
//! - [`target`]: the places that a config names; [`mod@plan`]: what becomes of all files; [`mod@standing`]: what stands in them.
//! - [`record`]: the message of the commit and what is read back from it; [`bundle`]: the attestations that go with it.
//! - [`words`]: foreign text in messages.

pub mod bundle;
pub mod changes;
pub mod digest_file;
pub mod explicit;
pub mod find;
pub mod place;
pub mod plan;
pub mod record;
pub mod reference;
pub mod refusal;
pub mod standing;
pub mod target;
pub mod version;
pub mod words;

pub use bundle::{BundleError, bundle_path, merge_bundle};
pub use changes::{Rules, changes};
pub use digest_file::{DigestFileError, read_digest};
pub use explicit::explicit;
pub use find::find;
pub use place::{Place, PlaceKind, Written};
pub use plan::{FileChange, Move, Plan, Wish, plan};
pub use record::{Age, Record, Source, TemplateError, age, message, records};
pub use reference::{Digest, Image, Name, ReferenceError, Tag};
pub use refusal::{Reason, Refusal};
pub use standing::{Held, agreed, held, standing};
pub use target::Target;
pub use version::is_downgrade;
