//! The program as people run it: a service's build, a GitOps repository, and what came of it.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up is to stop there")]
#![expect(clippy::disallowed_methods, reason = "half a file in a directory that is thrown away harms nobody")]

mod bitbucket;
mod edit;
mod find;
mod interrupted;
mod order;
mod promotion;
mod put;
mod registry;
mod rendered;
mod signing;
mod support;
