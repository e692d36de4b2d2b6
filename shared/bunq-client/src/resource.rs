//! The bank's objects as resources: the path of a collection, and the calls that every collection has.
//!
//! A resource is declared once, in [`calls`](super::calls). [`List`], [`Find`], [`Create`], [`Update`] and [`Delete`]
//! work for each resource.

use std::{
    fmt::{self, Debug, Display},
    marker::PhantomData,
};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    envelope::Verified,
    page::Page,
    request::{Call, Created, FromAnswer, Request},
};
use crate::types::ids::{BunqUserId, CredentialPasswordIpId, MonetaryAccountId, OauthClientId};

/// A kind of object at the bank, in a collection below a user.
pub trait Resource: Copy + Debug + Send + Sync {
    /// What the collection belongs to, below the user, such as an account. It is `()` if the collection belongs to the
    /// user.
    type Parent: Parent;
    /// The type of an object's id.
    type Id: Copy + Debug + Display + DeserializeOwned + TryFrom<u64> + Into<u64> + Send + Sync;
    /// The collection's path with `{id}` in place of each id, such as `user/{id}/monetary-account`.
    const COLLECTION: &'static str;
    /// An object's path, in the same form.
    const OBJECT: &'static str;
    /// The key of an object in the bank's answers, such as `DraftPayment`.
    const NAME: &'static str;

    /// Returns the collection's path, below a user with any form of id.
    fn collection(user: impl Display, parent: Self::Parent) -> String {
        fill(Self::COLLECTION, [Some(user.to_string()), parent.id()])
    }

    /// Returns an object's path.
    fn object(user: BunqUserId, parent: Self::Parent, id: Self::Id) -> String {
        fill(Self::OBJECT, [Some(user.to_string()), parent.id(), Some(id.to_string())])
    }
}

fn fill<const N: usize>(route: &str, ids: [Option<String>; N]) -> String {
    let mut ids = ids.into_iter().flatten();
    let mut part = |part: &str| if part == "{id}" { ids.next().unwrap_or_default() } else { part.to_owned() };
    route.split('/').map(&mut part).collect::<Vec<_>>().join("/")
}

/// What a collection belongs to.
pub trait Parent: Copy + Debug + Send + Sync {
    /// Returns the parent's id in the path, or `None` if the collection belongs to the user.
    fn id(self) -> Option<String>;

    /// Returns the account, if the collection belongs to one.
    fn account(self) -> Option<MonetaryAccountId> {
        None
    }
}

impl Parent for () {
    fn id(self) -> Option<String> {
        None
    }
}

macro_rules! parents {
    ($($id:ty),+) => {$(
        impl Parent for $id {
            fn id(self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}

parents!(CredentialPasswordIpId, OauthClientId);

impl Parent for MonetaryAccountId {
    fn id(self) -> Option<String> {
        Some(self.to_string())
    }

    fn account(self) -> Option<MonetaryAccountId> {
        Some(self)
    }
}

/// Declares resources: the collection's route, what it belongs to, the type of an object's id, and the key in answers.
macro_rules! resources {
    ($($(#[$doc:meta])+ $name:ident = $route:literal, $parent:ty, $id:ty, $object:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::Resource for $name {
            type Parent = $parent;
            type Id = $id;
            const COLLECTION: &'static str = $route;
            const OBJECT: &'static str = concat!($route, "/{id}");
            const NAME: &'static str = $object;
        }
    )+};
}

pub(super) use resources;

/// Lists a page of a collection, newest first. By default the answer is passed on as the bank wrote it.
pub struct List<R: Resource, T = Verified> {
    /// What the collection belongs to.
    pub parent: R::Parent,
    /// The page of the collection.
    pub page: Page,
    output: PhantomData<fn() -> T>,
}

impl<R: Resource, T> List<R, T> {
    /// Makes a call that lists a page.
    #[must_use]
    pub const fn new(parent: R::Parent, page: Page) -> Self {
        Self { parent, page, output: PhantomData }
    }
}

impl<R: Resource, T: FromAnswer> Call for List<R, T> {
    type Output = T;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get(R::COLLECTION, R::collection(user, self.parent), self.page.query())
    }
}

/// Reads one object. By default the answer is passed on as the bank wrote it.
pub struct Find<R: Resource, T = Verified> {
    /// What the collection belongs to.
    pub parent: R::Parent,
    /// The id of the object.
    pub id: R::Id,
    output: PhantomData<fn() -> T>,
}

impl<R: Resource, T> Find<R, T> {
    /// Makes a call that reads the object with this id.
    #[must_use]
    pub const fn new(parent: R::Parent, id: R::Id) -> Self {
        Self { parent, id, output: PhantomData }
    }
}

impl<R: Resource, T: FromAnswer> Call for Find<R, T> {
    type Output = T;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get(R::OBJECT, R::object(user, self.parent, self.id), Vec::new())
    }
}

/// Creates an object. By default the answer must have the id of the new object.
pub struct Create<R: Resource, T = Created<<R as Resource>::Id>> {
    /// What the collection belongs to.
    pub parent: R::Parent,
    /// The object in bunq's form.
    pub body: Value,
    /// The request id, which bunq takes once. It is the same for all tries. By default, each call has a new one.
    pub request_id: Option<String>,
    output: PhantomData<fn() -> T>,
}

impl<R: Resource, T> Create<R, T> {
    /// Makes a call that creates an object from this body.
    #[must_use]
    pub const fn new(parent: R::Parent, body: Value) -> Self {
        Self { parent, body, request_id: None, output: PhantomData }
    }

    /// The same call with a request id, which bunq takes once.
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), ..self }
    }
}

impl<R: Resource, T: FromAnswer> Call for Create<R, T> {
    type Output = T;

    fn build(&self, user: BunqUserId) -> Request {
        let request = Request::post(R::COLLECTION, R::collection(user, self.parent), &self.body);
        match &self.request_id {
            Some(id) => request.with_request_id(id),
            None => request,
        }
    }
}

/// Changes an object.
pub struct Update<R: Resource> {
    /// What the collection belongs to.
    pub parent: R::Parent,
    /// The id of the object.
    pub id: R::Id,
    /// The fields to change, in bunq's form.
    pub body: Value,
}

impl<R: Resource> Call for Update<R> {
    type Output = Verified;

    fn build(&self, user: BunqUserId) -> Request {
        Request::put(R::OBJECT, R::object(user, self.parent, self.id), &self.body)
    }
}

/// Deletes an object.
pub struct Delete<R: Resource> {
    /// What the collection belongs to.
    pub parent: R::Parent,
    /// The id of the object.
    pub id: R::Id,
}

impl<R: Resource> Call for Delete<R> {
    type Output = ();

    fn build(&self, user: BunqUserId) -> Request {
        Request::delete(R::OBJECT, R::object(user, self.parent, self.id))
    }
}

macro_rules! debug_by_route {
    ($($call:ident<R $(, $output:ident)?>: $route:ident),+) => {$(
        /// Omits the body: bodies contain names, IBANs and amounts.
        impl<R: Resource $(, $output)?> Debug for $call<R $(, $output)?> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($call), "({})"), R::$route)
            }
        }
    )+};
}

debug_by_route!(List<R, T>: COLLECTION, Find<R, T>: OBJECT, Create<R, T>: COLLECTION, Update<R>: OBJECT, Delete<R>: OBJECT);
