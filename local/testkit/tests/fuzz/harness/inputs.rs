//! The inputs of a target: its valid ones, changed, and random bytes.

use std::{fs, path::Path};

use serde_json::Value;

use super::{bytes, json, random::Random};

/// What a target is known to accept.
pub(crate) struct Corpus {
    inputs: Vec<Vec<u8>>,
    documents: Vec<Value>,
}

impl Corpus {
    /// Takes the valid inputs of a target.
    pub(crate) fn new(inputs: Vec<Vec<u8>>) -> Self {
        assert!(!inputs.is_empty(), "a target needs a valid input");
        let document = |input: &Vec<u8>| serde_json::from_slice(input).ok().filter(|value: &Value| !value.is_number());
        let documents = inputs.iter().filter_map(document).collect();
        Self { inputs, documents }
    }

    /// Reads the files of a target. Each is one input, without its last line end.
    pub(crate) fn of(target: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let read = |path| {
            let bytes = fs::read(path).unwrap();
            bytes.strip_suffix(b"\n").map_or(bytes.clone(), <[u8]>::to_vec)
        };
        Self::new(files.into_iter().map(read).collect())
    }

    /// Reads the lines of a target's files. Each line is one input.
    pub(crate) fn lines(target: &str) -> Self {
        let lines = |file: &Vec<u8>| file.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        Self::new(Self::of(target).inputs.iter().flat_map(lines).collect())
    }

    /// Returns the same with other inputs.
    pub(crate) fn and(mut self, more: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.inputs.extend(more);
        Self::new(self.inputs)
    }

    /// Makes the input of a seed.
    pub(crate) fn input(&self, seed: u64) -> Vec<u8> {
        let random = &mut Random::new(seed);
        let mut input = random.pick(&self.inputs).clone();
        match random.below(20) {
            0 => return input,
            1 => return (0..random.below(300)).map(|_| random.byte()).collect(),
            2..11 if !self.documents.is_empty() => {
                let mut document = random.pick(&self.documents).clone();
                for _ in 0..1 + random.below(4) {
                    json::change(random, &mut document, &self.documents);
                }
                return document.to_string().into_bytes();
            }
            _ => {}
        }
        for _ in 0..1 + random.below(6) {
            bytes::change(random, &mut input, &self.inputs);
        }
        input
    }
}
