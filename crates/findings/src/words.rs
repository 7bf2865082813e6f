//! Numbers as people read them, the same in every message.

/// `1925` as `1,925`.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 finding`, `1,925 findings`: for nouns that take an `s`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", self::number(number))
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_set_apart_and_plurals_right() {
        let shown = [0, 1, 999, 1_000, 1_234_567].map(|number| super::count(number, "finding"));
        assert_eq!(shown, ["0 findings", "1 finding", "999 findings", "1,000 findings", "1,234,567 findings"]);
        assert_eq!(super::number(u64::MAX), "18,446,744,073,709,551,615");
    }
}
