//! What older sealing keys still seal in the tables, whichever record it belongs to: finds it page by page, and seals
//! it again with the current key.
//!
//! A value is sealed for the primary key of its item and the name of its attribute, everywhere. So no type of a record
//! is needed here, and a value of a damaged record is found, too.

mod item;
mod place;
mod progress;
mod reseal;
mod walk;

pub use item::SealedItem;
pub(super) use item::key_ids;
pub use place::{WalkPlace, WalkTable};
pub use progress::ResealProgress;
pub use reseal::Resealed;
pub use walk::SealedPage;
