//! The document is complete: a client can be generated from it, and a reader can learn from it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{Operation, document, faults, follow, operations, references};

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let mut ids = BTreeSet::new();
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    for operation in operations(&document) {
        let id = operation.id();
        let form = id.split('_').count() >= 2 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(form, "{id} of {} {} is not <verb>_<resource>", operation.method, operation.path);
        assert!(ids.insert(id), "{id} is duplicated");
        let text = |name: &str| operation.value[name].as_str().unwrap_or_default();
        assert!(!text("summary").is_empty(), "{id} has no summary");
        assert!(!text("description").is_empty(), "{id} has no description");
        let tag = operation.value["tags"][0].as_str().unwrap();
        assert!(tags.contains(tag), "the tag {tag} of {id} has no description");
    }
}

#[test]
fn every_key_is_wanted_with_the_scope_that_the_description_names() {
    let document = document();
    for operation in operations(&document) {
        let (id, responses) = (operation.id(), &operation.value["responses"]);
        let security = operation.value["security"].as_array().unwrap_or_else(|| panic!("{id} names no security"));
        let Some(scope) = security.first().and_then(|one| one.get("api_key")) else {
            let open = ["oauth", "docs", "setup", "hooks"].contains(&operation.value["tags"][0].as_str().unwrap());
            assert!(open, "{id} wants no key");
            continue;
        };
        let wanted = format!("Scope `{}`.", scope[0].as_str().unwrap());
        assert!(operation.value["description"].as_str().unwrap().contains(&wanted), "{id}: {wanted}");
        for status in ["401", "403"] {
            assert!(responses.get(status).is_some(), "{id} has no {status}");
        }
    }
}

#[test]
fn a_scope_that_reads_opens_no_operation_that_changes_anything() {
    const READING: &str = "accounts";
    let document = document();
    let of_scope = |operation: &Operation<'_>| operation.value["security"][0]["api_key"][0] == READING;
    let under: Vec<_> = operations(&document).into_iter().filter(of_scope).collect();
    assert!(under.len() > 5, "{}", under.len());
    for operation in under {
        assert!(["get", "head"].contains(&operation.method), "{} under `{READING}`", operation.id());
    }
}

#[test]
fn every_operation_has_a_good_answer_and_its_problems() {
    let document = document();
    for operation in operations(&document) {
        let id = operation.id();
        let responses = operation.value["responses"].as_object().unwrap();
        let is_good = |(status, response): (&String, &Value)| match status.as_bytes() {
            b"204" => true,
            // bunq reads no answer to its callbacks.
            b"200" if id == "receive_callback" => response.get("content").is_none(),
            [b'2', ..] => response["content"]
                .as_object()
                .is_some_and(|content| content.values().all(|one| one.get("schema").is_some())),
            [b'3', ..] => response["headers"].get("Location").is_some(),
            _ => false,
        };
        assert!(responses.iter().any(is_good), "{id} has no good answer");
        for (status, response) in responses {
            assert!(
                !response["description"].as_str().unwrap_or_default().is_empty(),
                "{id}: {status} has no description"
            );
            let problem = response["content"].get("application/problem+json");
            // API Gateway sends this answer itself, and no function has seen the request. Both can come from both.
            let is_gateways = ["413", "429"].contains(&status.as_str()) && problem.is_none();
            assert_eq!(response["headers"].get("X-Request-Id").is_none(), is_gateways, "{id}: {status}, X-Request-Id");
            if is_gateways {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/GatewayError", "{id}: {status}");
                continue;
            }
            assert_eq!(problem.is_some(), status.starts_with(['4', '5']), "{id}: {status} and problems");
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    for operation in operations(&document) {
        let bodies = operation.value["requestBody"]["content"].as_object().into_iter().flatten();
        let answers = operation.value["responses"].as_object().unwrap().values();
        let answers = answers.filter_map(|answer| answer["content"].as_object()).flatten();
        for (media_type, content) in bodies.chain(answers) {
            for example in examples(&document, content) {
                let faults = faults(&document, &content["schema"], example);
                assert_eq!(faults, [""; 0], "{} {media_type}: {example}", operation.id());
            }
        }
    }
}

#[test]
fn every_example_of_a_problem_is_about_its_operation() {
    let document = document();
    let (mut places, mut scopes) = (0, 0);
    for operation in operations(&document) {
        let parameters = operation.value["parameters"].as_array().into_iter().flatten();
        let parameters: BTreeSet<_> = parameters.filter_map(|one| one["name"].as_str()).collect();
        let mut fields = BTreeSet::new();
        for (_, content) in operation.value["requestBody"]["content"].as_object().into_iter().flatten() {
            field_names(&document, &content["schema"], &mut fields);
        }
        let scope = operation.value["security"][0]["api_key"][0].as_str();
        for answer in operation.value["responses"].as_object().unwrap().values() {
            for example in examples(&document, &answer["content"]["application/problem+json"]) {
                for reason in example["errors"].as_array().into_iter().flatten() {
                    let known = match (reason["pointer"].as_str(), reason["parameter"].as_str()) {
                        (Some(pointer), None) => fields.contains(pointer.trim_start_matches('/')),
                        (None, Some(parameter)) => parameters.contains(parameter),
                        // This text is bunq's.
                        _ => continue,
                    };
                    assert!(known, "{}: {reason} of {fields:?}, {parameters:?}", operation.id());
                    places += 1;
                }
                if example["code"] == "scope_missing" {
                    let detail = example["detail"].as_str().unwrap();
                    assert!(detail.contains(&format!("`{}`", scope.unwrap())), "{}: {detail}", operation.id());
                    scopes += 1;
                }
            }
        }
    }
    assert!(places > 30 && scopes > 30, "{places} {scopes}");
}

#[test]
fn what_the_bank_does_not_find_is_what_the_operation_asks_for() {
    let document = document();
    let text = |path: &str, method: &str, code: &str| {
        let answer = &document["paths"][path][method]["responses"]["404"]["content"]["application/problem+json"];
        let texts = examples(&document, answer).into_iter().filter(|example| example["code"] == code);
        let texts: Vec<_> = texts.map(|example| example["errors"][0]["detail"].as_str().unwrap()).collect();
        texts.concat()
    };
    let (account, draft) = ("/user/{user_id}/payments/{monetary_account_id}", "/user/{user_id}/draft-payment");
    let inquiry = "/user/{user_id}/monetary-account/{monetary_account_id}/request-inquiry/{request_inquiry_id}";
    for (path, method, code, expected) in [
        ("/user/{user_id}", "get", "bank_refused", "User for id \"50101\" not found."),
        (account, "get", "account_not_granted", "Monetary account for id \"60101\" not found."),
        (draft, "post", "account_not_granted", "Monetary account for id \"60199\" not found."),
        (inquiry, "put", "bank_refused", "Request inquiry for id \"70301\" not found."),
    ] {
        assert_eq!(text(path, method, code), expected, "{path}");
    }
}

#[test]
fn the_table_of_errors_has_every_code_as_it_is_answered() {
    let text = include_str!("../../../../docs/API-DESIGN.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let table: BTreeMap<_, Vec<&str>> = rows.map(|(code, rest)| (code, rest.split(" | ").collect())).collect();
    let document = document();
    let codes = document["components"]["schemas"]["KnownCode"]["enum"].as_array().unwrap();
    let codes: BTreeSet<_> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    assert_eq!(table.keys().copied().collect::<BTreeSet<_>>(), codes);

    let mut seen = BTreeSet::new();
    for operation in operations(&document) {
        for answer in operation.value["responses"].as_object().unwrap().values() {
            for example in examples(&document, &answer["content"]["application/problem+json"]) {
                let code = example["code"].as_str().unwrap();
                let [statuses, actions, scopes, _] = table[code][..] else { panic!("{code}: {:?}", table[code]) };
                let status = example["status"].to_string();
                assert!(statuses.split(", ").any(|one| one == status), "{example}");
                for (named, field) in [(actions, "action"), (scopes, "scope")] {
                    let word = format!("`{}`", example[field].as_str().unwrap());
                    assert!(named.split(", ").any(|one| one == word), "{field} of {example}: {named}");
                }
                seen.extend([format!("{code} {status}"), format!("{code} {}", example["action"].as_str().unwrap())]);
            }
        }
    }
    // No operation itself answers 405: the router does.
    for (code, row) in table.iter().filter(|(code, _)| **code != "method_not_allowed") {
        let actions = row[1].replace('`', "");
        for word in row[0].split(", ").chain(actions.split(", ")) {
            assert!(seen.contains(&format!("{code} {word}")), "nothing answers {code} with {word}");
        }
    }
}

/// Returns the names of a body's fields, in all of its variants.
fn field_names(document: &Value, schema: &Value, names: &mut BTreeSet<String>) {
    let schema = follow(document, schema);
    names.extend(schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned()));
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        field_names(document, variant, names);
    }
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    for Operation { path, method, value } in operations(&document) {
        for content in value["requestBody"]["content"].as_object().into_iter().flat_map(|content| content.values()) {
            assert!(!examples(&document, content).is_empty(), "{method} {path}");
        }
    }
}

fn examples<'a>(document: &'a Value, content: &'a Value) -> Vec<&'a Value> {
    let named = content["examples"].as_object().into_iter().flat_map(|examples| examples.values());
    content.get("example").into_iter().chain(named.map(|example| &follow(document, example)["value"])).collect()
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_referred_to() {
    let document = document();
    let references: BTreeSet<_> = references(&document).into_iter().collect();
    for reference in &references {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference} leads nowhere");
    }
    for kind in ["schemas", "headers", "examples"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(references.contains(reference.as_str()), "{reference} does not exist");
        }
    }
}
