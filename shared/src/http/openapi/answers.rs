//! Successful answers in the document: bunq's own bodies, with our headers.

use std::{collections::BTreeMap, marker::PhantomData};

use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder},
};

use super::headers::refer_to_header;

macro_rules! answers {
    ($($(#[$doc:meta])+ $name:ident = $status:literal, $description:literal, [$($header:literal),+]);+ $(;)?) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name<T>(PhantomData<T>);

        impl<T: ToSchema> IntoResponses for $name<T> {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                one($status, $description, &T::name(), &[$($header),+])
            }
        }
    )+};
}

answers! {
    /// 200 with an answer of bunq that has this schema.
    Answered = "200", "bunq's answer, as bunq wrote it.", ["Bunq-Response-Id"];
    /// 200 with one page of a listing that has this schema.
    Paged = "200", "One page, as bunq wrote it, newest first.", ["Bunq-Response-Id", "Link"];
    /// Like [`Answered`], with a link to the payment page.
    AnsweredToPay = "200", "bunq's answer, as bunq wrote it.", ["Bunq-Response-Id", "Link-Payment"];
    /// 201 for an order that is created once.
    Created = "201", "It was made; the body says its id.", ["Location", "Idempotency-Key", "Idempotency-Replayed"];
    /// Like [`Created`], with a link to the payment page.
    CreatedToPay = "201", "It was made; the body says its id.", ["Location", "Idempotency-Key", "Idempotency-Replayed", "Link-Payment"];
}

fn one(status: &str, description: &str, schema: &str, headers: &[&str]) -> BTreeMap<String, RefOr<Response>> {
    let content = Content::new(Some(Ref::from_schema_name(schema)));
    let mut response = ResponseBuilder::new().description(description).content("application/json", content).build();
    for header in headers {
        refer_to_header(&mut response, header);
    }
    BTreeMap::from([(status.to_owned(), RefOr::T(response))])
}
