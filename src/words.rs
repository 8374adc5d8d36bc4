//! Numbers of things in English sentences.
//!
//! In: a number and a word. Out: both, the word in the plural where it belongs.

/// Returns the ending of a regular noun behind this number.
pub const fn plural(number: u64) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// Says a number of things that take a plural `s`.
pub fn count(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{number} {thing}{}", plural(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_stands_alone() {
        assert_eq!(count(1_u8, "finding"), "1 finding");
        assert_eq!(count(0_u8, "finding"), "0 findings");
        assert_eq!(count(2_usize, "finding"), "2 findings");
    }
}
