//! Describes the problems that an operation can return. A group lists the problems themselves, so that statuses, codes,
//! actions and texts have one source. Several groups are merged by status.

use std::{collections::BTreeMap, marker::PhantomData};

use http::StatusCode;
use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, Ref, RefOr, Response, ResponseBuilder,
        example::{Example, ExampleBuilder},
    },
};

use super::headers::refer_to_header;
use crate::http::{Code, Problem};

/// A group of problems that occur together.
pub trait ProblemGroup {
    /// Returns one problem of each kind.
    fn problems() -> Vec<Problem>;
}

/// The answers of these groups of problems, such as `Problems<(WithKey, AtBank)>`.
#[derive(Clone, Copy, Debug)]
pub struct Problems<G>(PhantomData<G>);

impl<G: ProblemGroup> IntoResponses for Problems<G> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut by_status = BTreeMap::<u16, Vec<Problem>>::new();
        for problem in G::problems() {
            let others = by_status.entry(problem.status().as_u16()).or_default();
            // Groups overlap: for example, the store can be unavailable on any route.
            if !others.contains(&problem) {
                others.push(problem);
            }
        }
        // A caller needs the key to retry safely, so every answer to an authenticated caller contains it.
        let once = by_status.values().flatten().any(|problem| problem.code() == Code::RequestInFlight);
        let responses = by_status.into_iter().map(|(status, problems)| {
            let mut response = response(&problems);
            if once && status != 401 {
                refer_to_header(&mut response, "Idempotency-Key");
            }
            (status.to_string(), RefOr::T(response))
        });
        responses.collect()
    }
}

macro_rules! tuples {
    ($($($group:ident)+;)+) => {$(
        impl<$($group: ProblemGroup),+> ProblemGroup for ($($group,)+) {
            fn problems() -> Vec<Problem> {
                [$($group::problems()),+].concat()
            }
        }
    )+};
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
}

/// An operation that answers 404 `route_not_found` if its path names no existing resource.
#[derive(Clone, Copy, Debug)]
pub struct UnknownRoute;

impl ProblemGroup for UnknownRoute {
    fn problems() -> Vec<Problem> {
        vec![Problem::route_not_found()]
    }
}

/// Returns the name of a problem's example. It contains the status and the action, because one code can have several.
#[must_use]
pub fn component(problem: &Problem) -> String {
    format!("{}.{}.{}", problem.code().as_str(), problem.status().as_u16(), problem.action().as_str())
}

/// Returns a problem as an example of an answer.
#[must_use]
pub fn example(problem: &Problem) -> Example {
    ExampleBuilder::new().summary(problem.to_string()).value(Some(problem.example())).build()
}

/// Describes the answer of one status, with all its problems.
fn response(problems: &[Problem]) -> Response {
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut description = String::new();
    for problem in problems {
        let (code, action) = (problem.code().as_str(), problem.action().as_str());
        // Uses the meaning of the code, because some details describe one specific request.
        description.push_str(&format!("- `{code}`, `{action}`: {}\n", problem.code().meaning()));
        let name = component(problem);
        // The invalid part of a request differs between groups, so this example is not shared.
        let shared = problem.code() != Code::InvalidRequest;
        let reference = Ref::new(format!("#/components/examples/{name}"));
        content.examples.insert(name, if shared { RefOr::Ref(reference) } else { RefOr::T(example(problem)) });
    }
    let description = description.trim_end();
    let mut response =
        ResponseBuilder::new().description(description).content("application/problem+json", content).build();
    if problems.iter().any(|problem| problem.retry_after().is_some()) {
        refer_to_header(&mut response, "Retry-After");
    }
    if problems.iter().any(|problem| problem.status() == StatusCode::UNAUTHORIZED) {
        refer_to_header(&mut response, "WWW-Authenticate");
    }
    response
}
