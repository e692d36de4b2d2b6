//! The bank's pages, opened as a browser without scripts opens them: links are followed and forms are sent unchanged.

use reqwest::{Client, header, redirect::Policy};
use url::{Url, form_urlencoded};

use crate::{Answer, TestBank};

/// A page of the bank, as it was answered.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address of the page.
    pub url: Url,
    /// The answer that contained the page.
    pub answer: Answer,
    http: Client,
}

impl TestBank {
    /// Opens a page.
    pub async fn open(&self, url: &Url) -> Page {
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().expect("an HTTP client");
        get(http, url.clone()).await
    }

    /// Permits an address on the bank's own page, like an owner of the TPP who is locked out.
    pub async fn permit(&self, address: &str) -> Answer {
        let page = self.open(&self.url().join("app/ips").expect("a URL")).await;
        let again = format!("Permit {address}\"");
        if page.answer.text.contains(&again) {
            return page.send(&page.form_with(&again), &[("decision", "permit")]).await;
        }
        page.send(&page.form_with("value=\"add\""), &[("ip", address), ("decision", "add")]).await
    }
}

impl Page {
    /// Follows the first link whose address contains a text.
    pub async fn follow(&self, holds: &str) -> Self {
        let addresses = self.answer.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let address = addresses.map(unescape).find(|address| address.contains(holds));
        let address = address.unwrap_or_else(|| panic!("no link with {holds}: {self:?}"));
        get(self.http.clone(), self.url.join(&address).expect("a URL")).await
    }

    /// Presses the button of a form that has this value.
    pub async fn press(&self, value: &str) -> Answer {
        let form = self.form_with(&format!("value=\"{value}\""));
        let button = tags(&form, "button").into_iter().find(|tag| attribute(tag, "value").as_deref() == Some(value));
        let button = button.unwrap_or_else(|| panic!("no button {value}: {form}"));
        let name = attribute(&button, "name").expect("the button has a name");
        self.send(&form, &[(&name, value)]).await
    }

    /// Returns the first form that contains a text.
    fn form_with(&self, holds: &str) -> String {
        let forms = self.answer.text.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
        let form = forms.into_iter().find(|form| form.contains(holds));
        form.unwrap_or_else(|| panic!("no form with {holds}: {self:?}")).to_owned()
    }

    /// Sends a form with its hidden and ticked inputs, and these fields. Like a browser, names the page of the form.
    async fn send(&self, form: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        for input in tags(form, "input") {
            let hidden = attribute(&input, "type").as_deref() == Some("hidden");
            if hidden || input.ends_with(" checked") {
                let (name, value) = (attribute(&input, "name"), attribute(&input, "value"));
                body.append_pair(&name.expect("a name"), &value.unwrap_or_default());
            }
        }
        body.extend_pairs(fields);
        let action = attribute(form, "action").expect("an action");
        let request = self
            .http
            .post(self.url.join(&action).expect("a URL"))
            .header(header::ORIGIN, self.url.origin().ascii_serialization())
            .header("Sec-Fetch-Site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        answer(request.body(body.finish())).await
    }
}

async fn get(http: Client, url: Url) -> Page {
    let answer = answer(http.get(url.clone())).await;
    assert_eq!(answer.status, 200, "{url}: {answer:?}");
    Page { url, answer, http }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.expect("the bank answers");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.expect("a text") }
}

/// Returns the content of every tag of this name.
fn tags(html: &str, name: &str) -> Vec<String> {
    let begin = format!("<{name}");
    html.split(begin.as_str()).skip(1).filter_map(|rest| rest.split('>').next()).map(str::to_owned).collect()
}

/// Returns an attribute of the tag at the start of the text.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
