//! One module for each group of parsers.

mod bank_answer;
mod configuration;
mod cursor;
mod deployment;
mod envelope;
mod events;
mod keys;
mod listing;
mod redaction;
mod sealed;
mod secrets;
mod stored;
mod texts;
mod urls;
