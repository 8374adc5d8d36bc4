//! Sixteen bytes of a string at a time: where it ends or is interrupted.
//!
//! In: sixteen bytes. Out: where the first quote, backslash or control character stands.

use wide::u8x16;

const FLIP: u8x16 = u8x16::new([2; 16]);
const LAST: u8x16 = u8x16::new([b' '; 16]);
const BACKSLASHES: u8x16 = u8x16::new([b'\\'; 16]);

/// Returns where the first quote, backslash or control character stands.
#[inline]
pub(super) fn first_special(lane: [u8; 16]) -> Option<usize> {
    let bytes = u8x16::new(lane);
    // With its second bit flipped, a quote stands behind the control characters, where the space was.
    let flipped = bytes ^ FLIP;
    let special = flipped.min(LAST).simd_eq(flipped) | bytes.simd_eq(BACKSLASHES);
    let mask = special.to_bitmask();
    (mask != 0).then_some(mask.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_first_of_them(lane in proptest::array::uniform16(any::<u8>()), plain in 0_usize..16) {
            let mut lane = lane;
            for byte in &mut lane[..plain] {
                *byte |= 0x80;
            }
            let expected = lane.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(first_special(lane), expected);
        }
    }
}
