//! The settings as a list, from which their documents are generated.

pub(crate) mod schema;
mod sources;

use schemars::schema_for;
use serde_json::{Value, json};

use self::schema::fields;
use self::sources::SOURCES;
use crate::settings::Settings;

/// A setting, as documents describe it. Texts are on one line, with code in backticks.
#[derive(Clone, Debug)]
pub struct SettingReference {
    /// The name in JSON.
    pub name: String,
    /// The effect of the setting.
    pub meaning: String,
    /// The values in JSON, each with its meaning. Empty unless the setting is an enum.
    pub values: Vec<(String, String)>,
    /// The name of the type, such as `true or false`.
    pub kind: String,
    /// The default in JSON.
    pub default: Value,
    /// Which source about the bank says what.
    pub sources: &'static str,
}

impl Settings {
    /// All settings, by name.
    #[must_use]
    pub fn reference() -> Vec<SettingReference> {
        let defaults = json!(Self::default());
        let described = fields(&schema_for!(Self).to_value()).into_iter().map(|field| SettingReference {
            default: defaults[&field.name].clone(),
            sources: SOURCES.iter().find(|(name, _)| *name == field.name).map_or("", |(_, sources)| sources),
            name: field.name,
            meaning: field.meaning,
            values: field.values,
            kind: field.kind,
        });
        described.collect()
    }
}
