//! Problems of the rotation of the sealing key.

use crate::{
    http::problem::{Action, Code, Place, Problem},
    tpp::RotationError,
};

impl From<RotationError> for Problem {
    fn from(error: RotationError) -> Self {
        let in_use = |detail: String| Self::new(Code::SealingKeyInUse, detail);
        match error {
            RotationError::Superseded => crate::tpp::OnboardingError::Superseded.into(),
            RotationError::UnknownKey => Self::invalid(Place::Body("/id"), "is not the id of a sealing key"),
            RotationError::KeyInUse => in_use("This key seals, or will seal. Only an old key can be removed.".to_owned()),
            RotationError::TooEarly { wait } => {
                in_use("A function may still seal with this key.".to_owned()).doing(Action::Wait).after(wait)
            }
            RotationError::StillSeals { items, is_complete } => {
                let at_least = if is_complete { "" } else { "at least " };
                in_use(format!("This key still seals {at_least}{items} items. Run `reseal` until it reports `finished`."))
            }
            RotationError::NotCounted => in_use(
                "The tables could not be read to their end in time, so it is not known whether the key still seals something."
                    .to_owned(),
            ),
            RotationError::Tpp(error) => error.into(),
        }
    }
}
