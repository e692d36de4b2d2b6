//! Successful answers in the document: bunq's own bodies, with our headers.

use std::{collections::BTreeMap, marker::PhantomData};

use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder},
};

use super::headers::{self, AnswerHeader};

macro_rules! answers {
    ($($(#[$doc:meta])+ $name:ident = $status:literal, $description:literal, [$($header:ident),+]);+ $(;)?) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name<T>(PhantomData<T>);

        impl<T: ToSchema> IntoResponses for $name<T> {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                one($status, $description, &T::name(), &[$(headers::$header),+])
            }
        }
    )+};
}

answers! {
    /// 200 with an answer of bunq that has this schema.
    Answered = "200", "bunq's answer, as bunq wrote it.", [BUNQ_RESPONSE_ID];
    /// 200 with one page of a listing that has this schema.
    Paged = "200", "One page, as bunq wrote it, newest first.", [BUNQ_RESPONSE_ID, LINK];
    /// Like [`Answered`], with a link to the payment page.
    AnsweredToPay = "200", "bunq's answer, as bunq wrote it.", [BUNQ_RESPONSE_ID, PAY_LINK];
    /// 201 for an order that is created once.
    Created = "201", "It was made; the body says its id.", [LOCATION, IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED];
    /// Like [`Created`], with a link to the payment page.
    CreatedToPay = "201", "It was made; the body says its id.", [LOCATION, IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED, PAY_LINK];
}

fn one(status: &str, description: &str, schema: &str, headers: &[AnswerHeader]) -> BTreeMap<String, RefOr<Response>> {
    let content = Content::new(Some(Ref::from_schema_name(schema)));
    let mut response = ResponseBuilder::new().description(description).content("application/json", content).build();
    for header in headers {
        header.add_to(&mut response);
    }
    BTreeMap::from([(status.to_owned(), RefOr::T(response))])
}
