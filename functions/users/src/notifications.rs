//! `/user/{user_id}/notifications`: whether bunq reports changes of a customer to this deployment. bunq has one list of
//! filters for a customer, which several applications share. Those of others are kept.

use jiff::Timestamp;
use serde::Serialize;
use shared::{
    body,
    http::{BodyField, Fields, NamedSchemas, prelude::*},
    store::{ForeignFilter, LostFilter},
    tpp::{ChosenNotifications, NotificationStatus},
    types::notification::{CategoryState, FilterCategory, NewsVia, NotificationState},
};
use utoipa::openapi::{ArrayBuilder, RefOr, Schema};

body! {
    /// What bunq is to report of a customer.
    pub(crate) struct NotificationChoice {
        /// Whether bunq is to report changes. `false` removes our filters at bunq.
        required enabled: bool,
        /// Which categories of bunq: 1 to 20. Without it, those of the deployment (`FILTER_CATEGORIES`).
        optional categories: Categories,
    }
}

/// The categories that an owner chooses.
pub(crate) struct Categories(Vec<FilterCategory>);

impl BodyField for Categories {
    fn take(fields: &mut Fields, name: &str) -> Option<Self> {
        let before = fields.faults();
        let mut categories: Vec<FilterCategory> = fields.list(name)?;
        // Elements that are not valid are left out, and are reported already.
        if fields.faults() == before && !(1..=FilterCategory::MOST).contains(&categories.len()) {
            fields.refuse(name, "must name 1 to 20 categories");
        }
        let mut seen = Vec::new();
        categories.retain(|category| {
            let is_new = !seen.contains(category);
            seen.push(category.clone());
            is_new
        });
        Some(Self(categories))
    }

    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(FilterCategory::schema()).min_items(Some(1));
        list.max_items(Some(FilterCategory::MOST)).examples([["MUTATION", "OAUTH"]]).into()
    }

    fn register(schemas: &mut NamedSchemas) {
        FilterCategory::register(schemas);
    }
}

/// Whether bunq reports changes of a customer.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Notifications)]
pub(crate) struct NotificationsView {
    /// Whether bunq is to report changes.
    enabled: bool,
    state: NotificationState,
    /// Each category that is to be reported, and its state at the last check.
    categories: Vec<CategoryView>,
    /// How many filters other applications of the customer have.
    #[schema(minimum = 0, example = 1)]
    foreign: usize,
    /// Filters of other applications that were there at an earlier check, and are there no more: their owner or another
    /// application has removed them, for example by writing the list at the same time as this API. Reported for 30
    /// days, the newest first, at most 20.
    #[schema(max_items = 20)]
    lost: Vec<LostView>,
    /// When bunq was last asked; null if it never was.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    checked_at: Option<Timestamp>,
    /// When bunq is asked next, at the earliest; null if notifications are off.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_check_at: Option<Timestamp>,
    /// When bunq last reported a change of the customer, to the hour; null if it never has.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_callback_at: Option<Timestamp>,
    via: NewsVia,
}

/// A category.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = NotificationCategory)]
pub(crate) struct CategoryView {
    /// The category, in bunq's words.
    #[schema(value_type = String, example = "MUTATION")]
    category: FilterCategory,
    state: CategoryState,
}

/// A filter of another application that is lost.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = LostFilter)]
pub(crate) struct LostView {
    /// The category, in bunq's words.
    #[schema(example = "MUTATION")]
    category: String,
    /// The host of its address.
    #[schema(example = "other.example")]
    host: String,
    /// When this was noticed.
    #[schema(value_type = String, format = DateTime)]
    noticed_at: Timestamp,
}

impl NotificationsView {
    fn new(NotificationStatus { record, wanted, via, last_callback_at }: NotificationStatus) -> Self {
        let categories =
            wanted.into_iter().map(|category| CategoryView { state: record.state_of(&category), category });
        let is_off = !record.enabled && record.state == NotificationState::Off;
        Self {
            categories: categories.collect(),
            enabled: record.enabled,
            state: record.state,
            foreign: record.foreign.len(),
            lost: record.lost.into_iter().map(LostView::from).collect(),
            checked_at: record.checked_at,
            next_check_at: Some(record.due_at).filter(|_| !is_off),
            last_callback_at,
            via,
        }
    }
}

impl From<LostFilter> for LostView {
    fn from(LostFilter { filter: ForeignFilter { category, host }, noticed_at }: LostFilter) -> Self {
        Self { category, host, noticed_at }
    }
}

/// Read a customer's notifications
///
/// Scope `accounts`. Returns whether bunq reports changes of the customer to this deployment, as it was last found.
/// With `check=true`, asks bunq now, and changes nothing there: what is missing is added within the hour, or at once by
/// `PUT`. The operator must have turned callbacks on (`HINTS_QUEUE`).
#[utoipa::path(
    get,
    path = "/user/{user_id}/notifications",
    params(UserPath, CheckQuery),
    security(("api_key" = ["accounts"])),
    responses(
        (status = 200, description = "The notifications.", body = NotificationsView),
        Problems<(WithKey, WrongRequest, (OfNotifications, CheckingNotifications), ForCustomer, AtBank)>,
    )
)]
pub(crate) async fn find_notifications(
    user: ConnectedUser<AccountsScope>,
    query: QueryParameters,
) -> Result<Json<NotificationsView>, Problem> {
    let asks_bank = query.read(|parameters| parameters.optional::<bool>("check", "must be true or false"))?;
    let (filters, user_id) = (&user.tpp().notifications, user.connection.user_id);
    let status = match asks_bank {
        Some(true) => filters.look(user_id, user.deadline()).await?,
        Some(false) | None => filters.find(&user.caller.workspace, user_id).await?,
    };
    Ok(Json(NotificationsView::new(status)))
}

/// Choose a customer's notifications
///
/// Scope `connections`. Chooses what bunq reports of the customer, and changes our filters at bunq at once. Filters of
/// the customer's other applications stay. If bunq does not answer, the choice is stored all the same, and the filters
/// are changed later. The operator must have turned callbacks on (`HINTS_QUEUE`).
#[utoipa::path(
    put,
    path = "/user/{user_id}/notifications",
    params(UserPath),
    request_body(content = NotificationChoice, description = "The choice.", example = json!({
        "enabled": true, "categories": ["MUTATION", "OAUTH"]
    })),
    security(("api_key" = ["connections"])),
    responses(
        (status = 200, description = "The notifications.", body = NotificationsView),
        Problems<(WithKey, WrongRequest, (OfNotifications, CheckingNotifications), ForCustomer, AtBank)>,
    )
)]
pub(crate) async fn update_notifications(
    user: ConnectedUser<ConnectionsScope>,
    body: JsonBody,
) -> Result<Json<NotificationsView>, Problem> {
    let NotificationChoice { enabled, categories } = body.read()?;
    let chosen = ChosenNotifications { enabled, categories: categories.map(|Categories(list)| list) };
    let filters = &user.tpp().notifications;
    let status = filters.choose(user.connection.user_id, chosen, user.deadline()).await?;
    Ok(Json(NotificationsView::new(status)))
}
