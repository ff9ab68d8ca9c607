//! A request: what an examiner signs and logs, and the terms that only some may read.

use std::{fmt, str::FromStr};

use blackbox_format::{
    fields::{FieldsError, Hex, Reader, Writer},
    manifest::Manifest,
    merkle::sha256,
    month::Month,
    note::Note,
    rules::Rules,
    term::Literal,
    threshold::Threshold,
};
use blackbox_query::plan::{Choice, Claim, Mode, Plan, Role, Roles};
use blackbox_token::{
    ask::{Ask, Item, Range},
    function::Part,
    row::{context_literal, distances},
};

use crate::error::{Error, malformed};

/// A request, public part (spec/custody.md, "Request").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Id: the first 8 bytes of SHA-256 of the text, in hex.
    pub id: String,
    /// The archive's origin.
    pub origin: String,
    /// SHA-256 of archive.toml.
    pub archive: Hex<32>,
    /// Name of the examiner's key.
    pub examiner: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// Case reference.
    pub case: String,
    /// Legal basis.
    pub basis: String,
    /// Purpose.
    pub purpose: String,
    /// What it is for.
    pub mode: Mode,
    /// Reference of the order that it carries out: in mode `exceptional`, and in no other.
    pub order: Option<String>,
    /// First UTC day asked, inclusive.
    pub since: String,
    /// Last UTC day asked, inclusive.
    pub until: String,
    /// Neighbours on each side.
    pub context: u8,
    /// Last UTC day on which it may be approved.
    pub expires: String,
    /// The deposits asked.
    pub deposits: Vec<String>,
    /// The compartments of these deposits.
    pub compartments: Vec<String>,
    /// Id of the logged count request that it cites.
    pub cites: Option<String>,
    /// SHA-256 of the body's text, which begins with a random salt.
    pub commitment: Hex<32>,
    /// SHA-256 of the age file with the body.
    pub body: Hex<32>,
}

impl Request {
    /// Where it lies in the archive.
    pub fn path(&self) -> String {
        format!("requests/{}/request", self.id)
    }

    /// The text to sign.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let mut out = Writer::new("request");
        out.field("origin", &self.origin)
            .field("archive", self.archive)
            .field("examiner", &self.examiner)
            .field("time", &self.time)
            .field("case", &self.case)
            .field("basis", &self.basis)
            .field("purpose", &self.purpose)
            .field("mode", self.mode)
            .fields("order", &self.order)
            .field("since", &self.since)
            .field("until", &self.until)
            .field("context", self.context)
            .field("expires", &self.expires)
            .fields("deposit", &self.deposits)
            .fields("compartment", &self.compartments)
            .fields("cites", &self.cites)
            .field("commitment", self.commitment)
            .field("body", self.body);
        out.finish()
    }

    /// The id of the request with this text.
    pub fn id_of(text: &str) -> String {
        let hash = Hex(sha256(text.as_bytes())).to_string();
        hash[..16].to_owned()
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a request.
    pub fn parse(note: &Note, file: &str) -> Result<Request, Error> {
        let request = read(&note.text).map_err(malformed(file))?;
        if (request.mode == Mode::Exceptional)
            != request.order.as_ref().is_some_and(|order| !order.is_empty())
        {
            return Err(Error::invalid(file, "an order is named in mode exceptional, and in no other"));
        }
        let days = [&request.since, &request.until, &request.expires];
        let is_day =
            |day: &String| day.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == *day);
        if !days.into_iter().all(is_day) {
            return Err(Error::invalid(file, "a day is not of the form 2020-03-01"));
        }
        if request.cites.as_ref().is_some_and(|cited| !is_id(cited)) {
            return Err(Error::invalid(file, "what it cites is not the id of a request"));
        }
        if request.months().is_err() {
            return Err(Error::invalid(file, "its days lie outside the years 1970 to 2199"));
        }
        let distinct: std::collections::BTreeSet<&String> = request.deposits.iter().collect();
        match distinct.len() == request.deposits.len() {
            true => Ok(request),
            false => Err(Error::invalid(file, "it asks for a deposit twice")),
        }
    }

    /// Every whole month between the first and last day asked.
    ///
    /// # Errors
    /// A day lies outside the years 1970 to 2199.
    pub fn months(&self) -> Result<impl Iterator<Item = Month> + Clone + use<>, Error> {
        let month = |day: &str| {
            let month = day.get(..7).and_then(|month| month.parse::<Month>().ok());
            month.ok_or_else(|| Error::Usage(format!("day \"{day}\" lies outside the years 1970 to 2199")))
        };
        Ok(blackbox_format::month::months(month(&self.since)?, month(&self.until)?))
    }

    /// The first and last millisecond asked, Unix time.
    ///
    /// # Errors
    /// A day is not a day.
    pub fn span(&self) -> Result<(i64, i64), Error> {
        let start = |day: &str| {
            let date: jiff::civil::Date =
                day.parse().map_err(|_| Error::Usage(format!("\"{day}\" is not a day")))?;
            let zoned = date.to_zoned(jiff::tz::TimeZone::UTC);
            zoned
                .map(|time| time.timestamp().as_millisecond())
                .map_err(|error| Error::Usage(error.to_string()))
        };
        Ok((start(&self.since)?, start(&self.until)? + 24 * 60 * 60 * 1000 - 1))
    }

    /// How many custodians must answer it: all of them, where common terms are to find.
    pub fn needed(&self, threshold: Threshold) -> usize {
        match self.mode {
            Mode::Exceptional => threshold.custodians(),
            Mode::Count | Mode::Open | Mode::Drill => threshold.needed(),
        }
    }

    /// What its tokens open, in plain words: the closure of `plan`, and by which order.
    pub fn opens(&self, plan: &Plan) -> Vec<String> {
        let lines = plan.closure().lines();
        match &self.order {
            Some(order) => {
                lines.iter().map(|line| format!("by order \"{order}\", {line}, common or not")).collect()
            }
            None => lines,
        }
    }

    /// What must be said first and loudest of a request that opens by common terms.
    pub fn alarm(&self) -> Option<String> {
        let order = self.order.as_ref()?;
        Some(format!(
            "EXCEPTIONAL ROUTE: BY ORDER \"{order}\" IT OPENS BY COMMON TERMS TOO; ALL CUSTODIANS MUST AGREE"
        ))
    }

    /// Whether it may no longer be approved on the UTC day `today`.
    pub fn is_expired(&self, today: jiff::civil::Date) -> bool {
        self.expires.parse::<jiff::civil::Date>().is_ok_and(|last| today > last)
    }

    /// What the custodians are asked, for the plan in the request's body and these manifests.
    ///
    /// # Errors
    /// A deposit asked has no manifest among these.
    pub fn ask<'m>(
        &self,
        plan: &Plan,
        manifests: impl Iterator<Item = &'m Manifest> + Clone,
    ) -> Result<Ask, Error> {
        let asked = self.months()?;
        let range = |deposit: &String| {
            let manifest = manifests.clone().find(|manifest| manifest.deposit == *deposit);
            let missing = || {
                Error::invalid(
                    format!("deposits/{deposit}/manifest"),
                    "a deposit that was asked is not in the log",
                )
            };
            let manifest = manifest.ok_or_else(missing)?;
            let months =
                asked.clone().filter(|month| (manifest.first..=manifest.last).contains(month)).collect();
            Ok(Range { deposit: deposit.clone(), threshold: manifest.threshold, months })
        };
        let ranges = self.deposits.iter().map(range).collect::<Result<_, Error>>()?;
        Ok(Ask { origin: self.origin.clone(), ranges, items: items(plan, self.context) })
    }
}

/// 16 hex digits.
fn is_id(text: &str) -> bool {
    text.len() == 16 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

/// The items of a request: the plan's literals, then the context distances.
pub fn items(plan: &Plan, context: u8) -> Vec<Item> {
    let part = |role| match role {
        Role::Count => Part::Count,
        Role::Find => Part::Find,
        Role::Test => Part::Test,
        Role::Open => Part::Open,
        Role::Exceptional => Part::Exceptional,
    };
    let literals = plan
        .literals
        .iter()
        .map(|(literal, roles)| Item { literal: literal.clone(), parts: roles.iter().map(part).collect() });
    let context = distances(context)
        .map(|distance| Item { literal: context_literal(distance), parts: vec![Part::Context] });
    literals.chain(context).collect()
}

fn read(text: &str) -> Result<Request, FieldsError> {
    let mut from = Reader::new(text, "request")?;
    let request = Request {
        id: Request::id_of(text),
        origin: from.value("origin")?,
        archive: from.value("archive")?,
        examiner: from.value("examiner")?,
        time: from.value("time")?,
        case: from.value("case")?,
        basis: from.value("basis")?,
        purpose: from.value("purpose")?,
        mode: from.value("mode")?,
        order: from.value_if("order")?,
        since: from.value("since")?,
        until: from.value("until")?,
        context: from.value("context")?,
        expires: from.value("expires")?,
        deposits: from.values("deposit")?,
        compartments: from.values("compartment")?,
        cites: from.value_if("cites")?,
        commitment: from.value("commitment")?,
        body: from.value("body")?,
    };
    from.finish()?;
    Ok(request)
}

/// The body of a request: its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBody {
    /// Random, so that no term can be guessed from the commitment.
    pub salt: Hex<32>,
    /// What the plan says.
    pub claim: Claim,
}

impl RequestBody {
    /// The text to encrypt.
    ///
    /// # Errors
    /// A value holds a control character.
    pub fn to_text(&self) -> Result<String, FieldsError> {
        let lines = self.claim.literals.iter().map(|(literal, roles)| LiteralLine(literal.clone(), *roles));
        let mut out = Writer::new("request-body");
        out.field("salt", self.salt)
            .field("query", &self.claim.query)
            .field("mode", self.claim.mode)
            .fields("literal", lines)
            .fields("clause", &self.claim.choices);
        out.finish()
    }

    /// Reads the text; `file` names it in errors.
    ///
    /// # Errors
    /// It is not a request's body.
    pub fn parse(text: &str, file: &str) -> Result<RequestBody, Error> {
        read_body(text).map_err(malformed(file))
    }

    /// The plan, if the claimed literals and roles implement the query with no more than it needs.
    ///
    /// # Errors
    /// They do not, or the body is of another mode than the request.
    pub fn check(&self, request: &Request, rules: &Rules) -> Result<Plan, Error> {
        if self.claim.mode != request.mode {
            return Err(Error::refused(
                "act on this request",
                "its body is of another mode than its public part",
            ));
        }
        let refuse = |error: blackbox_query::plan::CheckError| {
            Error::refused("act on this request", format!("its literals do not implement its query: {error}"))
        };
        Plan::check(&self.claim, rules).map_err(refuse)
    }
}

fn read_body(text: &str) -> Result<RequestBody, FieldsError> {
    let mut from = Reader::new(text, "request-body")?;
    let (salt, query, mode) = (from.value("salt")?, from.value("query")?, from.value("mode")?);
    let literals: Vec<LiteralLine> = from.values("literal")?;
    let choices: Vec<Choice> = from.values("clause")?;
    from.finish()?;
    let literals = literals.into_iter().map(|LiteralLine(literal, roles)| (literal, roles)).collect();
    Ok(RequestBody { salt, claim: Claim { query, mode, literals, choices } })
}

/// A literal with its roles: `count,find word:greensill`.
struct LiteralLine(Literal, Roles);

impl fmt::Display for LiteralLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.1, self.0)
    }
}

impl FromStr for LiteralLine {
    type Err = String;

    fn from_str(text: &str) -> Result<LiteralLine, String> {
        let (roles, literal) = text.split_once(' ').ok_or("it is not roles and a literal")?;
        let roles = roles.parse().map_err(|error: blackbox_query::plan::RolesError| error.to_string())?;
        let literal =
            literal.parse().map_err(|error: blackbox_format::term::FieldError| error.to_string())?;
        Ok(LiteralLine(literal, roles))
    }
}
