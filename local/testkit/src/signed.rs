//! Requests that are signed with a deployment's access key, as AWS's clients sign them.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use local_aws::AccessKey;
use reqwest::{
    RequestBuilder,
    header::{HeaderName, HeaderValue},
};
use secrecy::ExposeSecret as _;

/// Signs a request for a service, with the current time.
pub(crate) fn signed(access_key: &AccessKey, service: &str, request: RequestBuilder) -> RequestBuilder {
    let (http, request) = request.build_split();
    let mut request = request.expect("a request");
    let secret = access_key.secret().expose_secret();
    let identity = Credentials::new(access_key.id(), secret, None, None, "test").into();
    let parameters = SigningParams::builder().identity(&identity).region("eu-central-1").name(service);
    let parameters = parameters.time(SystemTime::now()).settings(SigningSettings::default()).build();
    let parameters = parameters.expect("every parameter").into();
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("a text")));
    let body = request.body().map(|body| body.as_bytes().expect("a body in memory")).unwrap_or_default();
    let signable =
        SignableRequest::new(request.method().as_str(), request.url().as_str(), headers, SignableBody::Bytes(body));
    let (signature, _) = sign(signable.expect("a request"), &parameters).expect("a signature").into_parts();
    for (name, value) in signature.headers() {
        let name: HeaderName = name.parse().expect("a name");
        request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
    }
    RequestBuilder::from_parts(http, request)
}
