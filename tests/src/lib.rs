//! The promises of the README, the examples and the layers, kept by running them. Only tests live here.
