//! Notifications: the bank is asked to report changes of customers. Its list of filters can belong to several
//! applications of a customer, is replaced as a whole, and knows no conditional write. So a check reads the list, keeps
//! what is not ours, writes only if something is missing, and reads again.

mod check;
mod error;
mod keep;
mod outcome;
mod plan;
mod service;

pub use error::NotificationsError;
pub use keep::KeptFilters;
pub use service::{ChosenNotifications, NotificationFilters};
