//! Changes of JSON that keep it JSON, so that an input reaches what is behind the parser.

use serde_json::{Map, Value, json};

use super::{bytes::ODD, random::Random};

/// Changes one value of a document, at random.
pub(crate) fn change(random: &mut Random, document: &mut Value, others: &[Value]) {
    let count = count(document);
    let mut at = random.below(count);
    let donor = random.pick(others);
    visit(document, &mut at, &mut |value| change_value(random, value, donor));
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Calls `change` with the value of this number, in the order of the document.
fn visit(value: &mut Value, at: &mut usize, change: &mut dyn FnMut(&mut Value)) -> bool {
    if *at == 0 {
        change(value);
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(elements) => elements.iter_mut().any(|element| visit(element, at, change)),
        Value::Object(fields) => fields.values_mut().any(|field| visit(field, at, change)),
        _ => false,
    }
}

fn change_value(random: &mut Random, value: &mut Value, donor: &Value) {
    match value {
        Value::Object(fields) if !random.one_in(4) => change_object(random, fields, donor),
        Value::Array(elements) if !random.one_in(4) => {
            let at = random.below(elements.len());
            match random.below(4) {
                0 if !elements.is_empty() => drop(elements.remove(at)),
                1 if !elements.is_empty() => {
                    let most = if random.one_in(10) { 300 } else { 3 };
                    let copies = 1 + random.below(most);
                    elements.extend(std::iter::repeat_n(elements[at].clone(), copies));
                }
                2 => elements.clear(),
                _ => elements.push(odd(random, donor)),
            }
        }
        Value::String(text) if !random.one_in(3) => {
            let at = (0..=random.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            match random.below(5) {
                0 => text.truncate(at),
                1 => {
                    let most = if random.one_in(20) { 500 } else { 4 };
                    *text = text.repeat(1 + random.below(most));
                }
                2 => *text = text.to_uppercase(),
                3 => drop(text.drain(..at)),
                _ => text.insert_str(at, random.pick::<&str>(ODD)),
            }
        }
        _ => *value = odd(random, donor),
    }
    if text_bytes(value) > 100_000 {
        *value = Value::Null;
    }
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(text_bytes).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + text_bytes(value)).sum(),
        _ => 4,
    }
}

fn change_object(random: &mut Random, fields: &mut Map<String, Value>, donor: &Value) {
    let names: Vec<String> = fields.keys().cloned().collect();
    let Some(name) = names.get(random.below(names.len())) else {
        fields.insert((*random.pick(ODD)).to_owned(), odd(random, donor));
        return;
    };
    match random.below(4) {
        0 => drop(fields.remove(name)),
        1 => drop(fields.insert((*random.pick(ODD)).to_owned(), odd(random, donor))),
        2 => {
            let value = fields.remove(name).unwrap_or_default();
            let longer = if random.one_in(4) { name.repeat(1 + random.below(200)) } else { name.clone() };
            fields.insert(format!("{longer}{}", random.pick(ODD)), value);
        }
        _ => drop(fields.insert(name.clone(), odd(random, donor))),
    }
}

/// Returns a value of any type, or a part of another document.
fn odd(random: &mut Random, donor: &Value) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(random.one_in(2)),
        2 => json!(i64::MIN),
        3 => json!(u64::MAX),
        4 => json!(i64::MAX),
        5 => json!(1.5e300),
        6 => json!([]),
        7 => json!({}),
        8 => {
            let depth = *random.pick(&[1, 20, 100, 126]);
            (0..depth)
                .fold(json!("deep"), |inner, _| if depth % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
        }
        9 => {
            let mut at = random.below(count(donor));
            let (mut copy, mut taken) = (donor.clone(), Value::Null);
            visit(&mut copy, &mut at, &mut |value| taken = value.take());
            taken
        }
        _ => json!(random.pick(ODD)),
    }
}
