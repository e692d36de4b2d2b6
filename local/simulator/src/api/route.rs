//! An endpoint: its method, the template of its path, and its handler.

use axum::http::Method;

use crate::api::gate::{Caller, Needs};
use crate::bank::Bank;
use crate::wire::answer::Answer;
use crate::wire::call::{Call, Ids};
use crate::wire::refusal::Refusal;

/// One endpoint.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path below `/v1/`, with a placeholder in braces for every id.
    pub(crate) template: &'static str,
    pub(crate) act: Act,
}

/// The handler of an endpoint.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// An endpoint of the API, with the checks before it.
    Api(Needs, fn(&mut Bank, &Call, &Caller) -> Result<Answer, Refusal>),
    /// A page, or an endpoint of the OAuth host. It has no headers of the API, no signature, and errors of another
    /// form.
    Web(fn(&mut Bank, &Call) -> Answer),
}

pub(super) const fn api(
    method: Method,
    template: &'static str,
    needs: Needs,
    handler: fn(&mut Bank, &Call, &Caller) -> Result<Answer, Refusal>,
) -> Route {
    Route { method, template, act: Act::Api(needs, handler) }
}

pub(super) const fn web(method: Method, template: &'static str, handler: fn(&mut Bank, &Call) -> Answer) -> Route {
    Route { method, template, act: Act::Web(handler) }
}

impl Route {
    fn path(&self) -> String {
        match self.template {
            page @ ("auth" | "pay") => format!("/{page}"),
            template => format!("/v1/{template}"),
        }
    }

    pub(super) fn ids(&self, path: &str) -> Option<Ids> {
        let pattern = self.path();
        let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
        let mut ids = Ids::default();
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(ids),
                (Some(placeholder), Some(id)) if placeholder.ends_with("-uuid}") => ids.uuid = id.to_owned(),
                (Some(placeholder), Some(id)) if placeholder.starts_with('{') => ids.numbers.push(id.parse().ok()?),
                (Some(word), Some(same)) if word == same => {}
                _ => return None,
            }
        }
    }

    /// Whether a text names this endpoint. The names of the placeholders do not matter: `GET user/{id}` is `GET
    /// user/{user-id}`.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let name = name.trim();
        let Some((method, template)) = name.split_once(' ') else { return false };
        let parts = |template: &str| -> Vec<String> {
            template
                .split('/')
                .map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() })
                .collect()
        };
        let template = template.trim().trim_start_matches('/');
        let template = template.strip_prefix("v1/").unwrap_or(template);
        self.method.as_str().eq_ignore_ascii_case(method) && parts(template) == parts(self.template)
    }
}
