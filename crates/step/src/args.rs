//! Command-line arguments that several programs share.
