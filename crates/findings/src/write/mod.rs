//! Writers: one function per output format over the same [`Gate`](crate::Gate).
