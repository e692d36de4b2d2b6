//! A caller of the API, and a browser that connects a customer, both over HTTP.

use reqwest::{Client, RequestBuilder, header::COOKIE, redirect::Policy};
use serde_json::Value;

use crate::process::Local;

pub(crate) struct Browser(Client);

/// An answer with its whole body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) cookie: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self(Client::builder().redirect(Policy::none()).no_proxy().build().unwrap())
    }

    pub(crate) fn get(&self, url: &str) -> RequestBuilder {
        self.0.get(url)
    }

    pub(crate) fn post(&self, url: &str) -> RequestBuilder {
        self.0.post(url)
    }

    pub(crate) fn delete(&self, url: &str) -> RequestBuilder {
        self.0.delete(url)
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, location, cookie) = (answer.status().as_u16(), header("location"), header("set-cookie"));
        Answer { status, location, cookie, text: answer.text().await.unwrap() }
    }

    /// Connects a customer of the simulated bank, who approves immediately. Returns the `user_id`.
    pub(crate) async fn connect(&self, local: &Local, customer: &str) -> String {
        let begun = self.send(self.get(&format!("{}/auth", local.url()))).await;
        assert_eq!(begun.status, 303, "{begun:?}");
        let cookie = begun.cookie.split(';').next().unwrap();
        let approved = self.send(self.get(&begun.location).header("X-Simulator-Approve", customer)).await;
        let connected = self.send(self.get(&approved.location).header(COOKIE, cookie)).await;
        assert_eq!(connected.status, 200, "{connected:?}");
        connected.json()["new_user_id"].as_str().unwrap().to_owned()
    }

    /// The answer of the API to a GET with this key.
    pub(crate) async fn read(&self, local: &Local, key: &str, path: &str) -> Answer {
        self.send(self.get(&format!("{}{path}", local.url())).bearer_auth(key)).await
    }

    /// Checks that this key can read the customer's accounts, and that there is at least one.
    pub(crate) async fn assert_reads_accounts(&self, local: &Local, key: &str, user_id: &str) {
        let answer = self.read(local, key, &format!("/user/{user_id}/accounts")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let accounts = answer.json();
        assert!(!accounts["Response"].as_array().unwrap().is_empty(), "{accounts}");
    }
}
