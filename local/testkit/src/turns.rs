//! The turns of one endpoint in memory, with the conditions that the store checks.

use shared::types::turns::{Plan, TurnRequest, Turns};

/// What a caller got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Got {
    /// A turn at this time.
    Granted {
        /// The time, in milliseconds since the epoch.
        at: i64,
        /// Whether lanes were leased.
        leased: bool,
    },
    /// No turn is early enough: try again at this time.
    Announced(i64),
}

/// The item of the store for one endpoint.
#[derive(Debug, Default)]
pub struct TurnItem {
    /// The state; `None` if the endpoint was not called yet.
    pub turns: Option<Turns>,
    /// The number of updates that were tried.
    pub updates: u64,
}

impl TurnItem {
    /// Takes a turn as the store does, beginning with what the caller knows. Afterwards, the caller knows the state.
    pub fn take(&mut self, now: i64, known: &mut Option<Turns>, request: TurnRequest) -> Got {
        loop {
            let assumed = known.take().unwrap_or_else(|| Turns::new(request.limit, now));
            let plan = assumed.plan(now, request);
            if let Plan::Announce { from, step: 0 } = plan {
                *known = Some(assumed);
                return Got::Announced(from);
            }
            self.updates += 1;
            let got = self.update(&assumed, plan, request);
            known.clone_from(&self.turns);
            if let Some(got) = got {
                return got;
            }
        }
    }

    /// Carries out a plan if its condition holds.
    fn update(&mut self, assumed: &Turns, plan: Plan, request: TurnRequest) -> Option<Got> {
        let Some(item) = &mut self.turns else {
            let Plan::Rewrite { turns, turn, leased } = plan else { return None };
            self.turns = Some(turns);
            return (assumed.version == 0).then_some(Got::Granted { at: turn, leased });
        };
        let is_same = item.version == assumed.version;
        match plan {
            Plan::Rewrite { turns, turn, leased } if is_same && item.queued == assumed.queued => {
                *item = turns;
                Some(Got::Granted { at: turn, leased })
            }
            Plan::Join { most } if is_same && item.queued < most => {
                item.queued += 1;
                Some(Got::Granted { at: item.joined(request.limit), leased: false })
            }
            Plan::Announce { from, step } if assumed.next_announced >= from && item.next_announced >= from => {
                item.next_announced += step;
                Some(Got::Announced(from.max(item.next_announced - step)))
            }
            Plan::Announce { from, step } if assumed.next_announced < from && item.next_announced < from => {
                item.next_announced = from + step;
                Some(Got::Announced(from))
            }
            Plan::Rewrite { .. } | Plan::Join { .. } | Plan::Announce { .. } => None,
        }
    }
}
