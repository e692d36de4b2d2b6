//! Cryptography in this process: what the product uses, beside the bare libraries.

use std::{hint::black_box, time::Instant};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{self, KeyPair as _, ParsedPublicKey, RsaKeyPair},
};
use bunq_client::{
    InstallationKey, PublicKey,
    types::secret::{AccessToken, Secret as _},
};
use rsa::{
    RsaPrivateKey,
    pkcs1v15::{Signature, SigningKey, VerifyingKey},
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _},
    rand_core::OsRng,
    sha2::Sha256,
    signature::{Keypair as _, RandomizedSigner as _, SignatureEncoding as _, Verifier as _},
};
use shared::types::sealing::{Place, SealingKeys};

use crate::{
    Failure, Setting,
    contender::Who,
    process::nanoseconds,
    progress,
    report::Row,
    series::{Series, Unit},
};

/// Measures signing, verifying, sealing and opening.
pub(crate) async fn measure(setting: &Setting) -> Result<Vec<Row>, Failure> {
    progress("primitives");
    let times = if setting.is_quick { 20 } else { 300 };
    let body = vec![b'x'; 10 * 1024];
    let ours = InstallationKey::generate().await?;
    let public = PublicKey::from_pem(&ours.public_pem()?)?;
    let key = RsaPrivateKey::from_pkcs8_pem(ours.to_pem().expose())?;
    let bare = SigningKey::<Sha256>::new(key.clone());
    let bare_public: VerifyingKey<Sha256> = bare.verifying_key();
    let other = RsaKeyPair::from_pkcs8(key.to_pkcs8_der()?.as_bytes())?;
    let other_public = ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, other.public_key().as_ref())?;
    let random = SystemRandom::new();
    let mut signed = vec![0; other.public_modulus_len()];

    let text = ours.sign(&body)?;
    let bytes = bare.sign_with_rng(&mut OsRng, &body).to_vec();
    let sign = Row::new("signing 10 KiB, RSA-2048 (in process)", Unit::Microseconds)
        .of(Who::Now, time(times, || ours.sign(&body).is_ok())?)
        .beside("rsa", time(times, || bare.try_sign_with_rng(&mut OsRng, &body).is_ok())?)
        .beside(
            "aws-lc-rs",
            time(times, || other.sign(&signature::RSA_PKCS1_SHA256, &random, &body, &mut signed).is_ok())?,
        );
    let signature = Signature::try_from(bytes.as_slice())?;
    let verify = Row::new("verifying 10 KiB, RSA-2048 (in process)", Unit::Microseconds)
        .of(Who::Now, time(times, || public.verifies(&body, &text))?)
        .beside("rsa", time(times, || bare_public.verify(&body, &signature).is_ok())?)
        .beside("aws-lc-rs", time(times, || other_public.verify_sig(&body, &bytes).is_ok())?);

    let keys = SealingKeys::new("k", [("k", [7_u8; 32].as_slice())].into_iter())?;
    let place = Place { item: "USER#1", attribute: "access_token" };
    let token = AccessToken::parse("a".repeat(64)).map_err(|_| "no token")?;
    let sealed = keys.seal(place, &token)?;
    let seal = Row::new("sealing a token (in process)", Unit::Microseconds)
        .of(Who::Now, time(times, || keys.seal(place, &token).is_ok())?);
    let open = Row::new("opening a sealed token (in process)", Unit::Microseconds)
        .of(Who::Now, time(times, || keys.open::<AccessToken>(place, &sealed).is_ok())?);
    Ok(vec![sign, verify, seal, open])
}

/// Returns the times of an action, which must succeed.
fn time(times: u32, mut action: impl FnMut() -> bool) -> Result<Series, Failure> {
    let mut series = Series::default();
    // The first ones fill the caches.
    for run in 0..times + 5 {
        let started = Instant::now();
        if !black_box(action()) {
            return Err("a primitive failed".into());
        }
        if run >= 5 {
            series.push(nanoseconds(started.elapsed()));
        }
    }
    Ok(series)
}
