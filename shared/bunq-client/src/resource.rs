//! The bank's objects as resources: the path of a collection, and the calls that every collection has.
//!
//! A resource is declared once, in [`calls`](super::calls).

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

    /// Lists a page of the collection, newest first. By default the answer is passed on as the bank wrote it.
    fn list(parent: Self::Parent, page: Page) -> ResourceCall<Self> {
        ResourceCall::new(parent, None, Request::get(Self::COLLECTION, "", page.query()))
    }

    /// Reads one object. By default the answer is passed on as the bank wrote it.
    fn find(parent: Self::Parent, id: Self::Id) -> ResourceCall<Self> {
        ResourceCall::new(parent, Some(id), Request::get(Self::OBJECT, "", Vec::new()))
    }

    /// Creates an object from a body in bunq's form. By default the answer must have the id of the new object.
    fn create(parent: Self::Parent, body: &Value) -> ResourceCall<Self, Created<Self::Id>> {
        ResourceCall::new(parent, None, Request::post(Self::COLLECTION, "", body))
    }

    /// Changes an object. The body has the fields to change, in bunq's form.
    fn update(parent: Self::Parent, id: Self::Id, body: &Value) -> ResourceCall<Self> {
        ResourceCall::new(parent, Some(id), Request::put(Self::OBJECT, "", body))
    }

    /// Deletes an object.
    fn delete(parent: Self::Parent, id: Self::Id) -> ResourceCall<Self, ()> {
        ResourceCall::new(parent, Some(id), Request::delete(Self::OBJECT, ""))
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

/// A call that every resource has. `T` is what the answer is read into.
pub struct ResourceCall<R: Resource, T = Verified> {
    parent: R::Parent,
    id: Option<R::Id>,
    /// The request without its path, which depends on the session's user.
    request: Request,
    output: PhantomData<fn() -> T>,
}

impl<R: Resource, T> ResourceCall<R, T> {
    const fn new(parent: R::Parent, id: Option<R::Id>, request: Request) -> Self {
        Self { parent, id, request, output: PhantomData }
    }

    /// Returns the same call, whose answer is read into another type.
    #[must_use]
    pub fn reading<U>(self) -> ResourceCall<R, U> {
        ResourceCall::new(self.parent, self.id, self.request)
    }

    /// Returns the same call with a request id, which bunq takes once. It is the same for all tries.
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        Self { request: self.request.with_request_id(id), ..self }
    }
}

impl<R: Resource, T: FromAnswer> Call for ResourceCall<R, T> {
    type Output = T;

    fn build(&self, user: BunqUserId) -> Request {
        let ids = [Some(user.to_string()), self.parent.id(), self.id.map(|id| id.to_string())];
        Request { path: fill(self.request.route, ids), ..self.request.clone() }
    }
}

/// Omits the body: bodies contain names, IBANs and amounts.
impl<R: Resource, T> Debug for ResourceCall<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}
