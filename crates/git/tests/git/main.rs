//! The calls against real repositories.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod history;
#[cfg(test)]
mod past;
#[cfg(test)]
mod scratch;
#[cfg(test)]
mod signing;
