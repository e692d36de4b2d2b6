//! The call to the bank that a warm request makes, sent by a bare client. It is the reference of warm requests.

use std::time::Instant;

use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::{
    Failure, Setting,
    process::{Process, Variables, nanoseconds},
    proxy::Proxy,
    stage::socket,
};

/// The call, as a process has sent it.
pub(crate) struct Direct {
    http: reqwest::Client,
    url: Url,
    headers: HeaderMap,
}

impl Direct {
    /// Learns the call from a process whose calls to the bank pass a proxy.
    pub(crate) async fn learn(setting: &Setting, variables: &Variables, event: &str) -> Result<Self, Failure> {
        let now = setting.contenders.last().ok_or("no contenders")?;
        let bank = Url::parse(variables.get("BUNQ_API_URL").ok_or("no URL of the bank")?)?;
        let proxy = Proxy::start(socket(&bank)?, None).await?;
        let mut variables = variables.clone();
        variables.insert("BUNQ_API_URL".to_owned(), format!("http://{}{}", proxy.address, bank.path()));
        Process::start(&now.program, &variables, None).await?.succeed(event).await?;
        let head = String::from_utf8(proxy.last_get())?;
        let mut lines = head.split("\r\n");
        let path = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no call to the bank")?;
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        headers.remove(HOST);
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, url: bank.join(path)?, headers })
    }

    /// Makes the call. Returns its time and the length of the answer.
    pub(crate) async fn call(&self) -> Result<(i64, usize), Failure> {
        let mut headers = self.headers.clone();
        let id = uuid::Uuid::new_v4().to_string();
        headers.insert("X-Bunq-Client-Request-Id", HeaderValue::try_from(id)?);
        let started = Instant::now();
        let answer = self.http.get(self.url.clone()).headers(headers).send().await?.error_for_status()?;
        let body = answer.bytes().await?;
        let ns = nanoseconds(started.elapsed());
        let answer: Value = serde_json::from_slice(&body)?;
        if answer["Response"].is_array() { Ok((ns, body.len())) } else { Err("not the bank's answer".into()) }
    }
}
