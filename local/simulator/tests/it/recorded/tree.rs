//! JSON that keeps the order of its keys, and the differences between two such trees.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON whose keys keep their order.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Null,
    Flag,
    Number,
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Tree;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Null)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
                Ok(Tree::Flag)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
                Ok(Tree::Number)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
                Ok(Tree::Number)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
                Ok(Tree::Number)
            }
            fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
                Ok(Tree::Text(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Tree, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = sequence.next_element()? {
                    elements.push(element);
                }
                Ok(Tree::List(elements))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Tree::Object(fields))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Tree {
    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap()
    }

    pub(super) fn get(&self, path: &str) -> &Self {
        path.split('/').filter(|name| !name.is_empty()).fold(self, |tree, name| match tree {
            Self::Object(fields) => {
                &fields.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}")).1
            }
            Self::List(elements) => &elements[name.parse::<usize>().unwrap()],
            _ => panic!("{path}"),
        })
    }

    /// The only key of an object.
    fn wrapper(&self) -> Option<&str> {
        match self {
            Self::Object(fields) if fields.len() == 1 => Some(&fields[0].0),
            _ => None,
        }
    }

    /// The name of the type, as in the extract.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag => "boolean",
            Self::Number => "number",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Object(_) => "object",
        }
    }
}

/// The keys that one answer has and the other does not, by the name of the nearest key.
pub(super) fn compare(name: &str, recorded: &Tree, ours: &Tree) -> BTreeSet<String> {
    match (recorded, ours) {
        // A null fits every type.
        (_, Tree::Null) => BTreeSet::new(),
        (Tree::Text(kind), _) if kind == "null" => BTreeSet::new(),
        (Tree::Object(recorded), Tree::Object(ours)) => {
            let (theirs, own): (Vec<&String>, Vec<&String>) =
                (recorded.iter().map(|(key, _)| key).collect(), ours.iter().map(|(key, _)| key).collect());
            let lacks = theirs.iter().filter(|key| !own.contains(key)).map(|key| format!("{name}: lacks {key}"));
            let adds = own.iter().filter(|key| !theirs.contains(key)).map(|key| format!("{name}: adds {key}"));
            let mut found: BTreeSet<String> = lacks.chain(adds).collect();
            let common = |keys: &[&String], others: &[&String]| -> Vec<String> {
                keys.iter().filter(|key| others.contains(key)).map(|key| (*key).clone()).collect()
            };
            if common(&theirs, &own) != common(&own, &theirs) {
                found.insert(format!("{name}: another order"));
            }
            for (key, value) in recorded {
                let same = ours.iter().find(|(known, _)| known == key);
                // A batch contains payments without the name of their type.
                let name = if key == "payments" { "Payment" } else { key };
                found.extend(same.into_iter().flat_map(|(_, own)| compare(name, value, own)));
            }
            found
        }
        (Tree::List(recorded), Tree::List(ours)) => {
            // Each element is compared with the recorded one that is most similar.
            let nearest = |one: &Tree, others: &[Tree], is_ours: bool| {
                let all = others.iter().map(|other| {
                    let (recorded, ours) = if is_ours { (other, one) } else { (one, other) };
                    (one.wrapper() != other.wrapper(), compare(name, recorded, ours))
                });
                let mut all: Vec<(bool, BTreeSet<String>)> = all.collect();
                // An element has its type as the only key.
                all.sort_by_key(|(is_other_type, differences)| (*is_other_type, differences.len()));
                all.into_iter().next().map(|(_, differences)| differences).unwrap_or_default()
            };
            let own = ours.iter().flat_map(|one| nearest(one, recorded, true));
            own.chain(recorded.iter().flat_map(|one| nearest(one, ours, false))).collect()
        }
        // A whole number fits a number with a fraction.
        (Tree::Text(kind), Tree::Number) if kind == "integer" || kind == "number" => BTreeSet::new(),
        (Tree::Text(kind), ours) if kind == ours.kind() => BTreeSet::new(),
        (recorded, ours) => {
            let kind = if let Tree::Text(kind) = recorded { kind } else { recorded.kind() };
            BTreeSet::from([format!("{name}: is {}, was {kind}", ours.kind())])
        }
    }
}
