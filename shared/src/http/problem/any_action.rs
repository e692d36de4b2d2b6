//! The schema of actions, to which later versions may add.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{action::Action, code::open};

/// An [`Action`] in the document. Like a code, it can have values that are added later.
pub(super) struct AnyAction;

impl PartialSchema for AnyAction {
    fn schema() -> RefOr<Schema> {
        let about = "What to do about it. A later version may answer other actions, so take one that you do not know like \
                     `contact_support`.";
        open(&Action::name(), about)
    }
}

impl ToSchema for AnyAction {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Action")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Action::name().into_owned(), Action::schema()));
    }
}
