//! The pages: their policies, their links, and their texts.

use std::collections::BTreeSet;

use testkit::TestApp;

use super::fixture::{deployment, get};

const PAGES: [&str; 2] = ["/", "/docs"];

/// The text after each mark, up to the next quotation mark.
fn values<'a>(html: &'a str, mark: &str) -> Vec<&'a str> {
    html.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn the_start_page_may_run_nothing_and_the_docs_only_what_comes_from_here() {
    let app = deployment().await;

    let home = get(&app, "/").await;
    let docs = get(&app, "/docs").await;

    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(home.header("content-security-policy"), policy);
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                  font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(docs.header("content-security-policy"), policy);
    for page in [home, docs] {
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn no_page_has_a_script_or_a_style_in_itself() {
    let app = deployment().await;

    for path in PAGES {
        let page = get(&app, path).await;
        let html = page.text().to_lowercase();

        for inline in ["<style", " style=", " onclick", " onload", " onerror", "javascript:"] {
            assert!(!html.contains(inline), "{path}: {inline}");
        }
        for script in html.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(tag.contains(" src=\"assets/") && rest.starts_with("</script>"), "{path}: {tag}");
        }
    }
}

#[tokio::test]
async fn every_page_says_its_language_its_title_and_where_its_content_is() {
    let app = deployment().await;

    for path in PAGES {
        let page = get(&app, path).await;

        let html = page.text();
        for part in [
            "<!doctype html>",
            "<html lang=\"en\">",
            "<meta charset=\"utf-8\">",
            "name=\"viewport\"",
            "<title>",
            "<main",
        ] {
            assert!(html.contains(part), "{path}: {part}");
        }
        assert_eq!(html.matches("<main").count(), 1, "{path}");
        let ids: Vec<_> = values(html, " id=\"");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path}: {ids:?}");
        for labelled in values(html, "aria-labelledby=\"") {
            assert!(ids.contains(&labelled), "{path}: {labelled}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn every_link_is_relative_or_to_another_site_and_leads_somewhere() {
    let app = TestApp::start().await;

    for path in PAGES {
        let page = get(&app, path).await;
        let html = page.text();
        let links: BTreeSet<_> = values(html, " href=\"").into_iter().chain(values(html, " src=\"")).collect();
        let (outside, inside): (Vec<_>, Vec<_>) = links.into_iter().partition(|link| link.contains("://"));

        assert!(inside.len() > 4, "{path}: {inside:?}");
        for link in inside {
            // A relative address also works below the stage of a REST API.
            assert!(!link.starts_with('/'), "{path}: {link}");
            let to = app.url.join(path).unwrap().join(link).unwrap();
            let answer = get(&app, to.path()).await;
            let expected = if link == "auth" { 303 } else { 200 };
            assert_eq!(answer.status, expected, "{path}: {link}");
        }
        for link in outside {
            assert!(link.starts_with("https://"), "{path}: {link}");
            for loaded in values(html, " src=\"") {
                assert_ne!(link, loaded, "{path}: nothing is loaded from elsewhere");
            }
        }
    }
}

#[tokio::test]
async fn the_start_page_leads_a_customer_to_the_bank_and_a_developer_to_the_api() {
    let app = deployment().await;

    let home = get(&app, "/").await;

    let links = values(home.text(), " href=\"");
    for link in ["auth", "docs", "openapi.json", "health", "https://doc.bunq.com"] {
        assert!(links.contains(&link), "{link}: {links:?}");
    }
}

#[tokio::test]
async fn a_sign_of_life_needs_no_key_and_no_setup_and_is_not_kept() {
    let app = deployment().await;

    let health = get(&app, "/health").await;

    assert_eq!((health.status, health.text()), (200, r#"{"status":"ok"}"#));
    assert_eq!(health.header("content-type"), "application/json");
    assert_eq!(health.header("cache-control"), "no-store");
}
