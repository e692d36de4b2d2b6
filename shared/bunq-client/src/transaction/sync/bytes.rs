//! A cursor as bytes. They are short, and not protected: a program that hands them out must seal them.

use super::{Cursor, InvalidCursor, Known, MOST_IN_TAIL, Walk};

/// The version of the form. After a change of the form, a program must start from the beginning.
const VERSION: u8 = 1;

/// The most bytes of a cursor: sealed, and in base64, they are less than 2,048 characters.
const MOST_BYTES: usize = 1_400;

impl Cursor {
    /// Writes the cursor in at most 1,400 bytes. If its ids need more, the oldest of the payments that it knows are
    /// left out.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        let (goal, at) = self.walk.map_or((0, 0), |walk| (walk.goal, walk.at));
        let since = self.since.map_or(0, |since| since.cast_unsigned() + 1);
        for number in [self.account_id, since, self.top, goal, at] {
            put(&mut bytes, number);
        }
        // Each id is written as its distance to the one before, which is short.
        let mut before = u64::MAX;
        for known in &self.tail {
            let length = bytes.len();
            put(&mut bytes, before.wrapping_sub(known.id));
            bytes.extend(known.hash.to_be_bytes());
            if bytes.len() > MOST_BYTES {
                bytes.truncate(length);
                break;
            }
            before = known.id;
        }
        bytes
    }

    /// Reads a cursor.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidCursor`] if the bytes are not what [`to_bytes`](Self::to_bytes) writes in this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidCursor> {
        let (version, mut rest) = bytes.split_first().ok_or(InvalidCursor)?;
        if *version != VERSION || bytes.len() > MOST_BYTES {
            return Err(InvalidCursor);
        }
        let mut numbers = [0; 5];
        for number in &mut numbers {
            *number = take(&mut rest)?;
        }
        let [account_id, since, top, goal, at] = numbers;
        let since = since.checked_sub(1).map(|since| i64::try_from(since).map_err(|_| InvalidCursor)).transpose()?;
        let walk = match (goal, at) {
            (0, 0) => None,
            (goal, at) if at <= goal && at > 0 => Some(Walk { goal, at }),
            (_, _) => return Err(InvalidCursor),
        };
        let (mut tail, mut before) = (Vec::new(), u64::MAX);
        while !rest.is_empty() {
            let distance = take(&mut rest)?;
            let (hash, after) = rest.split_first_chunk::<4>().ok_or(InvalidCursor)?;
            rest = after;
            before = before.checked_sub(distance).filter(|_| distance > 0).ok_or(InvalidCursor)?;
            tail.push(Known { id: before, hash: u32::from_be_bytes(*hash) });
        }
        if tail.len() > MOST_IN_TAIL {
            return Err(InvalidCursor);
        }
        Ok(Self { account_id, since, top, walk, tail })
    }
}

/// Writes a number, seven bits in a byte, the lowest first (LEB128).
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Reads a number that [`put`] wrote. A longer form of the same number is an error.
fn take(bytes: &mut &[u8]) -> Result<u64, InvalidCursor> {
    let mut number = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(InvalidCursor)?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        let shifted = part << shift;
        if shifted >> shift != part {
            return Err(InvalidCursor);
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return if part == 0 && shift > 0 { Err(InvalidCursor) } else { Ok(number) };
        }
    }
    Err(InvalidCursor)
}
