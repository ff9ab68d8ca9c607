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
    function::{Kind, MonthKey, Part, Scope, Token, evaluate},
};

/// All subset keys of a deposit. Wiped on drop.
pub struct DepositKeys {
    /// One a subset of custodians, ascending.
    pub threshold: Vec<HeldKey>,
    /// One a custodian, if the archive has an exceptional route.
    pub exceptional: Vec<HeldKey>,
}

/// The keys of a deposit bound to each of its months.
pub struct MonthlyKeys {
    origin: String,
    deposit: String,
    months: BTreeMap<Month, (Vec<MonthKey>, Vec<MonthKey>)>,
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

    /// The keys bound to `months`.
    pub fn monthly(&self, scope: Scope<'_>, months: impl Iterator<Item = Month>) -> MonthlyKeys {
        let bind =
            |keys: &[HeldKey], month| keys.iter().map(|held| MonthKey::new(&held.key, month)).collect();
        let months =
            months.map(|month| (month, (bind(&self.threshold, month), bind(&self.exceptional, month))));
        MonthlyKeys {
            origin: scope.origin.to_owned(),
            deposit: scope.deposit.to_owned(),
            months: months.collect(),
        }
    }
}

fn draw(subsets: Vec<Subset>) -> Vec<HeldKey> {
    subsets.into_iter().map(|subset| HeldKey { subset, key: Secret::random() }).collect()
}

impl MonthlyKeys {
    /// The four tokens of `literal` in `month`.
    pub fn tokens(&self, month: Month, literal: &Literal) -> TermTokens {
        let (keys, _) = self.of(month);
        let output = |kind| evaluate(keys, &self.scope().input(kind, month, literal));
        let (seek, show) = (output(Kind::Seek), output(Kind::Show));
        TermTokens {
            count: Part::Count.of(&seek),
            find: Part::Find.of(&seek),
            test: Part::Test.of(&show),
            open: Part::Open.of(&show),
        }
    }

    /// The token with which neighbours at the distance that `literal` names are opened.
    pub fn context(&self, month: Month, literal: &Literal) -> Token {
        let (keys, _) = self.of(month);
        Part::Context.of(&evaluate(keys, &self.scope().input(Kind::Context, month, literal)))
    }

    /// The exceptional token of `literal`, if the archive has such a route.
    pub fn exceptional(&self, month: Month, literal: &Literal) -> Option<Token> {
        let (_, keys) = self.of(month);
        let input = self.scope().input(Kind::Exceptional, month, literal);
        (!keys.is_empty()).then(|| Part::Exceptional.of(&evaluate(keys, &input)))
    }

    fn scope(&self) -> Scope<'_> {
        Scope { origin: &self.origin, deposit: &self.deposit }
    }

    fn of(&self, month: Month) -> &(Vec<MonthKey>, Vec<MonthKey>) {
        self.months.get(&month).expect("every month of the deposit has keys")
    }
}
