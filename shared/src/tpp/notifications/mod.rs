//! Notifications: the bank is asked to report changes of customers. Its list of filters can belong to several
//! applications of a customer, is replaced as a whole, and knows no conditional write. So a check reads the list, keeps
//! what is not ours, writes only if something is missing, and reads again.

mod check;
mod error;
mod failures;
mod keep;
mod news;
mod outcome;
mod pass;
mod plan;
mod polls;
mod service;
mod status;

pub use error::NotificationsError;
pub use keep::KeptFilters;
pub use news::FoundNews;
pub use service::{ChosenNotifications, NotificationFilters};
pub use status::NotificationStatus;
