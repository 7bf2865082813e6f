//! Landing by git, alone and among others.

#[cfg(test)]
mod killed;
#[cfg(test)]
mod many;
#[cfg(test)]
mod one;
#[cfg(test)]
mod stage;
