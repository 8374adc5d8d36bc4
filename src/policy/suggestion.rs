//! The nearest known word to one that is not known.
//!
//! In: a word that somebody wrote, and the words there are. Out: advice for the one who wrote it.

/// Returns the advice for a word that is not known: the nearest one that is, or all of them.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    let advice = match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: `{}`", known.join("`, `")),
    };
    match word.chars().find(|letter| !letter.is_ascii()) {
        Some(letter) => {
            let number = u32::from(letter);
            format!("{advice} (the word has a letter that is not ASCII: U+{number:04X})")
        }
        None => advice,
    }
}

/// Beyond this length a word is no slip of the hand, and comparing takes long.
const LONGEST_COMPARED: usize = 64;

fn nearest<'known>(word: &str, known: &[&'known str]) -> Option<&'known str> {
    if word.len() > LONGEST_COMPARED {
        return None;
    }
    let word = word.to_lowercase().replace('_', "-");
    let mut begun = known
        .iter()
        .filter(|name| word.len() > 2 && name.starts_with(&word));
    if let (Some(&only), None) = (begun.next(), begun.next()) {
        return Some(only);
    }
    let near = known
        .iter()
        .map(|&name| (strsim::osa_distance(&word, name), name));
    let (distance, name) = near.min_by_key(|&(distance, _)| distance)?;
    // A third of the letters may be wrong: beyond that, a guess misleads.
    (distance * 3 <= name.chars().count().max(3)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_named() {
        let known = ["granted", "expires", "approved-by"];
        assert_eq!(suggestion("expire", &known), "did you mean `expires`?");
        assert_eq!(
            suggestion("approvedBy", &known),
            "did you mean `approved-by`?"
        );
        assert_eq!(
            suggestion("Approved_By", &known),
            "did you mean `approved-by`?"
        );
        assert_eq!(
            suggestion("approved", &known),
            "did you mean `approved-by`?"
        );
    }

    #[test]
    fn a_word_that_is_near_to_nothing_gets_the_whole_list() {
        assert_eq!(
            suggestion("colour", &["owner", "ticket"]),
            "known here: `owner`, `ticket`"
        );
    }

    #[test]
    fn a_letter_of_another_alphabet_is_pointed_out() {
        let advice = suggestion("\u{435}xpires", &["expires"]);
        assert!(
            advice.contains("did you mean `expires`?") && advice.contains("U+0435"),
            "{advice}"
        );
    }
}
