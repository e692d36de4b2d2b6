//! A deployment with a connected customer and one of each object, made as the API's document says: a `POST` with its
//! example body returns the address of its object, and a list contains the ids of its elements. So a new operation
//! needs no line here, unless its objects can only be made in another way.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};
use url::Url;

use crate::{
    Answer, JsonBody as _, TestApp, TestAppBuilder, events,
    operations::{Operation, every_operation},
};

/// An account of the simulated bank's customer `person`, from which payments can be drafted.
pub const ACCOUNT: &str = "60101";

/// A deployment, with the values of its placeholders.
#[derive(Debug)]
pub struct Journey {
    /// The deployment.
    pub app: TestApp,
    /// Values by placeholder, such as `USER_ID`: the parameters of the document's paths, and the values for consents.
    pub places: BTreeMap<String, String>,
    /// The operation that makes the object of a placeholder.
    makers: BTreeMap<String, Operation<'static>>,
    /// The customer of most operations.
    person: String,
    /// The number of permitted addresses.
    addresses: u8,
}

impl Journey {
    /// Onboards, connects a customer, and makes one of each object.
    pub async fn start() -> Self {
        Self::of(Self::deployment().start().await).await
    }

    /// Returns the options of a deployment in which every operation is permitted.
    #[must_use]
    pub fn deployment() -> TestAppBuilder {
        TestApp::builder()
            .variable("BANK_WRITES", "accounts")
            .variable("UNATTENDED_READS_PER_DAY", "255")
            .with_callbacks()
    }

    /// Does the same as [`Self::start`] in a deployment that is onboarded, and in which every operation is permitted.
    pub async fn of(app: TestApp) -> Self {
        app.bank.settings(json!({ "tpp_writes": "allow", "callback_targets": "loopback" })).await;
        let person = app.connect("person").await;
        let mut journey = Self { app, places: BTreeMap::new(), makers: BTreeMap::new(), person, addresses: 0 };
        journey.keep("API_KEY", journey.app.api_key.clone());
        journey.keep("USER_ID", journey.person.clone());
        journey.keep("MONETARY_ACCOUNT_ID", ACCOUNT);
        if journey.app.variables().contains_key("HINTS_QUEUE") {
            let address = journey.app.callback_address(&journey.person).await;
            journey.keep("CALLBACK_TOKEN", address.path().rsplit('/').next().expect("a token"));
        }
        let mut known = 0;
        // Objects that are made or found allow further operations.
        while known < journey.places.len() {
            known = journey.places.len();
            journey.make().await;
            journey.find().await;
        }
        for operation in every_operation() {
            let path = journey.path(operation);
            assert!(events::places_in(&path).is_empty(), "nothing is behind a parameter of {path}");
        }
        journey
    }

    fn keep(&mut self, place: &str, value: impl Into<String>) {
        self.places.insert(place.to_owned(), value.into());
    }

    /// Returns the value of a path parameter, such as `user_id`.
    #[must_use]
    pub fn place(&self, parameter: &str) -> &str {
        let value = self.places.get(&parameter.to_uppercase());
        value.unwrap_or_else(|| panic!("nothing is behind {parameter}: {:?}", self.places))
    }

    /// Returns an operation's path, filled in.
    #[must_use]
    pub fn path(&self, operation: &Operation<'_>) -> String {
        let path = events::path_parameters(operation)
            .into_iter()
            .fold(operation.path.to_owned(), |path, (name, place)| path.replace(&format!("{{{name}}}"), &place));
        events::fill(&path, &self.places)
    }

    /// Returns the documented example of an operation's body, filled in, or `null` if it has no body.
    #[must_use]
    pub fn body(&self, operation: &Operation<'_>) -> Value {
        let body = events::body(operation).unwrap_or_default().to_string();
        serde_json::from_str(&events::fill(&body, &self.places)).expect("values without quotation marks")
    }

    /// Returns an operation's request, without its body and credentials.
    pub fn request(&self, operation: &Operation<'_>) -> RequestBuilder {
        let query = events::query_parameters(operation);
        let query: Vec<_> = query.iter().map(|(name, place)| format!("{name}={place}")).collect();
        let query = events::fill(&query.join("&"), &self.places);
        let path = self.path(operation);
        let path = if query.is_empty() { path } else { format!("{path}?{query}") };
        let request = self.app.request(operation.method(), &path);
        match self.places.get("BROWSER").filter(|_| query.contains("state=")) {
            Some(browser) => request.header(header::COOKIE, format!("consent={browser}")),
            None => request,
        }
    }

    /// Sends an operation's request with this body, unless it is `null`, and the credentials that it needs.
    pub async fn send_body(&self, operation: &Operation<'_>, body: &Value) -> Answer {
        self.send_request(operation, self.request(operation), body).await
    }

    /// Does the same with a request that the caller has changed.
    pub async fn send_request(&self, operation: &Operation<'_>, request: RequestBuilder, body: &Value) -> Answer {
        let request = if body.is_null() { request } else { request.json_body(body) };
        let request = match (operation.is_for_iam(), operation.scope()) {
            (true, _) => self.app.signed(request),
            (false, Some(_)) => request.bearer_auth(&self.app.api_key),
            (false, None) => request,
        };
        self.app.send(request).await
    }

    /// Sends an operation's request as the document describes it.
    pub async fn send(&self, operation: &Operation<'_>) -> Answer {
        self.send_body(operation, &self.body(operation)).await
    }

    /// Returns whether all placeholders of an operation's request have values.
    fn is_possible(&self, operation: &Operation<'_>) -> bool {
        let named = format!("{}{}", self.path(operation), self.body(operation));
        events::places_in(&named).is_empty()
    }

    /// Makes one of each object that can be made by now.
    async fn make(&mut self) {
        for maker in every_operation().iter().filter(|operation| operation.success() == 201) {
            let made = self.makers.values().any(|operation| operation.id() == maker.id());
            if !made && self.is_possible(maker) {
                let place = self.create(maker).await;
                self.makers.insert(place, *maker);
            }
        }
    }

    /// Makes an object, stores the ids in its address, and returns the object's own placeholder.
    async fn create(&mut self, maker: &Operation<'_>) -> String {
        let mut body = self.body(maker);
        if let Some(ip) = body.get_mut("ip") {
            // The bank takes an address once, and the example is for the caller of the operation.
            self.addresses += 1;
            *ip = json!(format!("185.40.108.{}", 100 + self.addresses));
        }
        let answer = self.send_body(maker, &body).await;
        assert_eq!(answer.status, 201, "{}: {answer:?}", maker.id());
        let url = Url::parse(answer.header("location")).expect("the address of what was made");
        let captured = every_operation().iter().filter_map(|operation| captures(operation.path, url.path()));
        let captured = captured.min_by_key(Vec::len).expect("an operation that reads what was made");
        let place = captured.last().expect("an id").0.clone();
        self.places.extend(captured);
        // The other objects are in the account that has payments.
        self.keep("MONETARY_ACCOUNT_ID", ACCOUNT);
        place
    }

    /// Finds ids in lists, each below the path of its list, and the two ids that are found in another way.
    async fn find(&mut self) {
        for list in every_operation().iter().filter(|operation| operation.method() == Method::GET) {
            let elements = every_operation().iter().filter_map(|one| {
                let parameter = one.path.strip_prefix(list.path)?.strip_prefix("/{")?.strip_suffix('}')?;
                Some(parameter.to_uppercase())
            });
            let mut places: Vec<_> = elements.map(|place| (place, "id")).collect();
            match list.id() {
                "list_payments" => places.push(("PAYMENT_ID".to_owned(), "id")),
                "find_issuer_transaction" => places.push(("PUBLIC_ID".to_owned(), "public_uuid")),
                _ => {}
            }
            places.retain(|(place, _)| !self.places.contains_key(place));
            if places.is_empty() || !self.is_possible(list) {
                continue;
            }
            let answer = self.send(list).await.json();
            let of_bank = answer["Response"][0].as_object().and_then(|element| element.values().next());
            let first = of_bank.or_else(|| answer["events"].get(0));
            for (place, field) in places {
                match first.map(|element| &element[field]) {
                    Some(Value::String(id)) => self.keep(&place, id.clone()),
                    Some(Value::Number(id)) => self.keep(&place, id.to_string()),
                    _ => {}
                }
            }
        }
    }

    /// Makes again what an operation can change only once.
    pub async fn renew(&mut self, operation: &Operation<'_>) {
        self.keep("USER_ID", self.person.clone());
        match operation.id() {
            "begin_consent" => {
                let ticket = self.ask(&json!({})).await;
                self.keep("TICKET", ticket);
            }
            "complete_consent" => self.begin("company").await,
            "claim_consent" => {
                let ticket = self.ask(&self.body(&crate::operation("create_consent"))).await;
                let back = self.give(&ticket).await;
                let proof = back.header("location").rsplit_once("proof=").expect("a proof").1.to_owned();
                self.keep("PROOF", proof);
            }
            "show_result" => {
                let ticket = self.ask(&json!({})).await;
                self.give(&ticket).await;
            }
            // It can be chosen again and again.
            "update_notifications" => {}
            "delete_user" => {
                let user = self.app.connect("empty").await;
                self.keep("USER_ID", user);
            }
            _ if [Method::PUT, Method::PATCH, Method::DELETE].contains(&operation.method()) => {
                let last = operation.path.rsplit_once('{').map_or("", |(_, last)| last.trim_end_matches('}'));
                let maker = self.makers.get(&last.to_uppercase()).copied();
                let maker = maker.unwrap_or_else(|| panic!("{} ends something that nothing makes", operation.id()));
                self.create(&maker).await;
            }
            _ => {}
        }
    }

    /// Creates a consent, stores its id, and returns its ticket.
    async fn ask(&mut self, body: &Value) -> String {
        let asked = self.app.ask_consent(body).await;
        self.keep("CONSENT_ID", asked["consent_id"].as_str().expect("an id"));
        let url = asked["url"].as_str().expect("an address");
        url.rsplit_once("ticket=").expect("a ticket").1.to_owned()
    }

    /// Lets a customer give a consent. Returns the final answer to the browser.
    async fn give(&self, ticket: &str) -> Answer {
        let (cookie, page) = self.app.open_consent(&format!("/auth?ticket={ticket}")).await;
        let path = self.app.approve(&page, "company").await;
        self.app.callback(&path, &cookie).await
    }

    /// Lets a customer approve at the bank, and stores the parameters of the browser's callback.
    async fn begin(&mut self, customer: &str) {
        let (cookie, page) = self.app.begin_consent().await;
        let callback = self.app.approve(&page, customer).await;
        let callback = self.app.url.join(&callback).expect("a path");
        for (name, value) in callback.query_pairs() {
            self.places.insert(name.to_uppercase(), value.into_owned());
        }
        self.keep("BROWSER", cookie.split_once('=').expect("a cookie").1);
    }
}

/// Returns the values of a path's parameters in a path, by placeholder, or `None` if the path does not match.
fn captures(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let pairs = template.iter().zip(&path);
    let fits =
        template.len() == path.len() && pairs.clone().all(|(name, value)| name.starts_with('{') || name == value);
    let parameters = pairs.filter(|(name, _)| name.starts_with('{'));
    fits.then(|| {
        let place = |name: &str| name.trim_matches(['{', '}']).to_uppercase();
        parameters.map(|(name, value)| (place(name), (*value).to_owned())).collect()
    })
}

/// Sorts operations: reading first, ending last, so that every operation finds its object.
#[must_use]
pub fn in_order() -> Vec<Operation<'static>> {
    let mut operations = every_operation().to_vec();
    operations.sort_by_key(|operation| match operation.method() {
        Method::GET => 0,
        Method::POST => 1,
        Method::DELETE => 3,
        _ => 2,
    });
    operations
}
