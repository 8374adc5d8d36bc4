//! What cannot be otherwise, and ends the run with exit code 70 where it is.
//!
//! In: a value that is always there, and why. Out: the value. A gate that passes over an impossible case is open: a rule
//! silently does not run, a finding stands without its words. So the run ends there: the binary turns the panic into
//! *internal error*. What can be iterated instead is iterated; what can fail for a reason outside this crate is an error of
//! its own, never this.

/// A value that is always there.
pub(crate) trait OrInternal {
    /// What is there.
    type Value;

    /// Returns the value; ends the run where `invariant` does not hold.
    fn or_internal(self, invariant: &'static str) -> Self::Value;
}

impl<T> OrInternal for Option<T> {
    type Value = T;

    #[inline]
    #[track_caller]
    fn or_internal(self, invariant: &'static str) -> T {
        match self {
            Some(value) => value,
            None => end(invariant),
        }
    }
}

impl<T, E> OrInternal for Result<T, E> {
    type Value = T;

    #[inline]
    #[track_caller]
    fn or_internal(self, invariant: &'static str) -> T {
        match self {
            Ok(value) => value,
            Err(_) => end(invariant),
        }
    }
}

/// Narrows an index or a number of entries: what is counted is in memory, and each entry takes more than one byte.
#[inline]
#[track_caller]
pub(crate) fn narrow(number: usize) -> u32 {
    u32::try_from(number).or_internal("a list holds fewer than four billion entries")
}

#[cold]
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a bug ends the run with 70; no other outcome of a gate would be safe"
)]
fn end(invariant: &'static str) -> ! {
    panic!("{invariant}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_returned() {
        assert_eq!(Some(1).or_internal("it is there"), 1);
        assert_eq!(Ok::<_, ()>(1).or_internal("it is there"), 1);
        assert_eq!(narrow(7), 7);
    }

    #[test]
    #[should_panic(expected = "a finding names a rule")]
    fn what_is_not_there_ends_the_run() {
        let nothing: Option<u8> = None;
        nothing.or_internal("a finding names a rule");
    }

    #[test]
    #[should_panic(expected = "fewer than four billion entries")]
    fn no_index_is_cut() {
        narrow(1 << 32);
    }
}
