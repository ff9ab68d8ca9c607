//! The subset keys of a deposit, drawn by the sealer, and the tokens computed with all of them.

use std::collections::BTreeMap;

use blackbox_format::{
    fields::Hex,
    manifest::MonthRoot,
    month::Month,
    term::Literal,
    threshold::{Subset, Threshold},
};
use blackbox_token::{
    Secret,
    custody::{HeldKey, month_root},
    function::{Kind, MonthKey, Part, Scope, Token, Whole},
};

/// All subset keys of a deposit. Wiped on drop.
pub struct DepositKeys {
    /// One a subset of custodians, ascending.
    pub threshold: Vec<HeldKey>,
    /// One a custodian, if the archive has an exceptional route.
    pub exceptional: Vec<HeldKey>,
}

/// The function of a deposit, ready for each of its months.
pub struct MonthlyKeys(BTreeMap<Month, Functions>);

/// The function of one month, by kind.
struct Functions {
    seek: Whole,
    show: Whole,
    context: Whole,
    exceptional: Whole,
}

/// The tokens of one literal in one month.
pub struct TermTokens {
    /// count
    pub count: Token,
    /// find
    pub find: Token,
    /// test
    pub test: Token,
    /// open
    pub open: Token,
}

impl DepositKeys {
    /// Draws the keys.
    pub fn draw(threshold: Threshold, exceptional: bool) -> DepositKeys {
        let unanimous = if exceptional { threshold.unanimous().subsets() } else { Vec::new() };
        DepositKeys { threshold: draw(threshold.subsets()), exceptional: draw(unanimous) }
    }

    /// What the manifest commits to, for the threshold's and the exceptional keys.
    pub fn month_roots(
        &self,
        months: impl Iterator<Item = Month> + Clone,
    ) -> (Vec<MonthRoot>, Vec<MonthRoot>) {
        let root = |held: &HeldKey| MonthRoot {
            subset: held.subset,
            root: Hex(month_root(&held.key, months.clone()).0),
        };
        (self.threshold.iter().map(root).collect(), self.exceptional.iter().map(root).collect())
    }

    /// The function ready for `months`.
    pub fn monthly(&self, scope: Scope<'_>, months: impl Iterator<Item = Month>) -> MonthlyKeys {
        let bind = |keys: &[HeldKey], month| -> Vec<MonthKey> {
            keys.iter().map(|held| MonthKey::new(&held.key, month)).collect()
        };
        let functions = |month| {
            let (keys, exceptional) = (bind(&self.threshold, month), bind(&self.exceptional, month));
            Functions {
                seek: Whole::new(&keys, scope, (Kind::Seek, month)),
                show: Whole::new(&keys, scope, (Kind::Show, month)),
                context: Whole::new(&keys, scope, (Kind::Context, month)),
                exceptional: Whole::new(&exceptional, scope, (Kind::Exceptional, month)),
            }
        };
        MonthlyKeys(months.map(|month| (month, functions(month))).collect())
    }
}

fn draw(subsets: Vec<Subset>) -> Vec<HeldKey> {
    subsets.into_iter().map(|subset| HeldKey { subset, key: Secret::random() }).collect()
}

impl MonthlyKeys {
    /// The four tokens of `literal` in `month`.
    pub fn tokens(&self, month: Month, literal: &Literal) -> TermTokens {
        let functions = self.of(month);
        let (seek, show) = (functions.seek.evaluate(literal), functions.show.evaluate(literal));
        TermTokens {
            count: Part::Count.of(&seek),
            find: Part::Find.of(&seek),
            test: Part::Test.of(&show),
            open: Part::Open.of(&show),
        }
    }

    /// The token with which neighbours at the distance that `literal` names are opened.
    pub fn context(&self, month: Month, literal: &Literal) -> Token {
        Part::Context.of(&self.of(month).context.evaluate(literal))
    }

    /// The exceptional token of `literal`, if the archive has such a route.
    pub fn exceptional(&self, month: Month, literal: &Literal) -> Option<Token> {
        let function = &self.of(month).exceptional;
        (!function.is_empty()).then(|| Part::Exceptional.of(&function.evaluate(literal)))
    }

    fn of(&self, month: Month) -> &Functions {
        self.0.get(&month).expect("every month of the deposit has keys")
    }
}
