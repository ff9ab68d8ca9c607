//! From tokens to the query: NOT binds closest, then AND (also by juxtaposition), then OR.

use blackbox_format::term::{Field, Literal};

use super::{
    Expr, Fault, ParseError, QUERY_CHARS, QUERY_DEPTH, QUERY_TERMS,
    lex::{self, Kind, Token},
    near::{Distance, Near, misplaced},
};

/// Reads a query.
pub(super) fn parse(text: &str) -> Result<Expr, ParseError> {
    if let Some((offset, _)) = text.char_indices().nth(QUERY_CHARS) {
        return Err(ParseError::at(text, offset, Fault::Long));
    }
    let tokens = lex::tokens(text)?;
    if tokens.is_empty() {
        return Err(ParseError::at(text, 0, Fault::Empty));
    }
    let mut parser = Parser { text, tokens: tokens.into_iter().peekable(), depth: 0 };
    let parts = parser.alternatives()?;
    if let Some(token) = parser.tokens.next() {
        return Err(ParseError::at(text, token.at, Fault::Stray));
    }
    if let Some((at, part)) = parts.iter().find(|(_, part)| !part.is_positive()) {
        let fault = if part.says_days() { Fault::OnlyDays } else { Fault::Negation };
        return Err(ParseError::at(text, *at, fault));
    }
    let expr = Expr::any(parts.into_iter().map(|(_, part)| part).collect());
    within_bounds(&expr).map_err(|fault| ParseError::at(text, 0, fault))?;
    Ok(expr)
}

/// The canonical form is read again by others, so it keeps the bounds too.
fn within_bounds(expr: &Expr) -> Result<(), Fault> {
    let terms = expr.terms();
    if terms > QUERY_TERMS {
        return Err(Fault::Many(terms));
    }
    if expr.depth() > QUERY_DEPTH {
        return Err(Fault::Deep);
    }
    match expr.to_string().chars().count() > QUERY_CHARS {
        true => Err(Fault::Long),
        false => Ok(()),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Parser<'_> {
    fn fail(&self, at: usize, fault: Fault) -> ParseError {
        ParseError::at(self.text, at, fault)
    }

    fn take(&mut self, kind: &Kind) -> Option<usize> {
        self.tokens.next_if(|token| token.kind == *kind).map(|token| token.at)
    }

    /// `a OR b OR c`: each part with where it begins.
    fn alternatives(&mut self) -> Result<Vec<(usize, Expr)>, ParseError> {
        let mut parts = vec![self.conjunction("OR", None)?];
        while let Some(at) = self.take(&Kind::Or) {
            parts.push(self.conjunction("OR", Some(at))?);
        }
        Ok(parts)
    }

    /// `a AND b c AND NOT d`, after the operator at `after`.
    fn conjunction(
        &mut self,
        operator: &'static str,
        after: Option<usize>,
    ) -> Result<(usize, Expr), ParseError> {
        let (at, first) = self.factor(operator, after)?;
        let mut parts = vec![first];
        loop {
            if let Some(and) = self.take(&Kind::And) {
                parts.push(self.factor("AND", Some(and))?.1);
                continue;
            }
            match self.tokens.peek().map(|token| &token.kind) {
                Some(Kind::Open | Kind::Not | Kind::Within(_) | Kind::Operand(_)) => {
                    parts.push(self.factor("AND", None)?.1)
                }
                _ => return Ok((at, Expr::all(parts))),
            }
        }
    }

    /// `a`, `NOT a`, `(...)`.
    fn factor(&mut self, operator: &'static str, after: Option<usize>) -> Result<(usize, Expr), ParseError> {
        let first = self.tokens.peek().map(|token| token.at);
        let (mut nots, mut last) = (0, None);
        while let Some(at) = self.take(&Kind::Not) {
            (nots, last) = (nots + 1, Some(at));
        }
        let (operator, after) = if last.is_some() { ("NOT", last) } else { (operator, after) };
        if let (Some(_), Some(Token { at, kind: Kind::Near(_) })) = (last, self.tokens.peek()) {
            return Err(ParseError::at(self.text, *at, Fault::NotNear));
        }
        let expr = self.near(operator, after)?;
        let expr = if nots % 2 == 1 { Expr::not(expr) } else { expr };
        Ok((first.unwrap_or_default(), expr))
    }

    /// `a`, `a w/5 b`.
    fn near(&mut self, operator: &'static str, after: Option<usize>) -> Result<Expr, ParseError> {
        let first = self.tokens.peek().map(|token| token.at).unwrap_or_default();
        let left = self.primary(operator, after)?;
        let Some((at, distance)) = self.distance() else { return Ok(left) };
        let second = match self.tokens.peek() {
            Some(Token { at, kind: Kind::Not }) => {
                return Err(ParseError::at(self.text, *at, Fault::NotNear));
            }
            Some(Token { at, kind: Kind::Operand(_) | Kind::Within(_) | Kind::Open }) => *at,
            _ => return Err(self.fail(at, Fault::Dangling(distance.to_string()))),
        };
        let right = self.primary(operator, Some(at))?;
        if let Some((at, _)) = self.distance() {
            return Err(self.fail(at, Fault::Chain));
        }
        for (at, side) in [(first, &left), (second, &right)] {
            if let Some(fault) = misplaced(side) {
                return Err(self.fail(at, fault));
            }
        }
        Ok(Expr::Near(Near { left: Box::new(left), distance, right: Box::new(right) }))
    }

    fn distance(&mut self) -> Option<(usize, Distance)> {
        let Some(Token { at, kind: Kind::Near(distance) }) = self.tokens.peek() else { return None };
        let found = (*at, *distance);
        self.tokens.next();
        Some(found)
    }

    fn primary(&mut self, operator: &'static str, after: Option<usize>) -> Result<Expr, ParseError> {
        let Some(token) = self.tokens.next() else {
            return Err(self.fail(after.unwrap_or_default(), Fault::Dangling(operator.into())));
        };
        match token.kind {
            Kind::Operand(expr) => Ok(expr),
            Kind::Open => self.group(token.at),
            Kind::Within(field) => self.within(field, token.at),
            Kind::Close => match after {
                Some(at) => Err(self.fail(at, Fault::Dangling(operator.into()))),
                None => Err(self.fail(token.at, Fault::Stray)),
            },
            Kind::Near(distance) => Err(self.fail(token.at, Fault::Dangling(distance.to_string()))),
            Kind::And => Err(self.fail(token.at, Fault::Dangling("AND".into()))),
            Kind::Or => Err(self.fail(token.at, Fault::Dangling("OR".into()))),
            Kind::Not => Err(self.fail(token.at, Fault::Dangling("NOT".into()))),
        }
    }

    /// `(a OR "b c")` after the field at `at`, as if it stood before each value.
    fn within(&mut self, field: Field, at: usize) -> Result<Expr, ParseError> {
        let open = self.tokens.next().map_or(at, |token| token.at);
        let values = match self.group(open)? {
            Expr::Or(values) => values,
            value => vec![value],
        };
        let value = |value: Expr| {
            let text = match value {
                Expr::Term(literal) if literal.field == Field::Word => literal.term,
                Expr::Phrase(words) => words.join(" "),
                _ => return Err(Fault::Grouped(field.name().into())),
            };
            let value = Expr::Term(Literal::new(field, &text));
            lex::reads_back(&value).map(|()| value)
        };
        let values: Result<Vec<Expr>, Fault> = values.into_iter().map(value).collect();
        values.map(Expr::any).map_err(|fault| self.fail(at, fault))
    }

    /// What stands in the parentheses opened at `at`.
    fn group(&mut self, at: usize) -> Result<Expr, ParseError> {
        self.depth += 1;
        if self.depth > QUERY_DEPTH {
            return Err(self.fail(at, Fault::Deep));
        }
        match self.tokens.peek().map(|token| &token.kind) {
            None => return Err(self.fail(at, Fault::Unclosed)),
            Some(Kind::Close) => return Err(self.fail(at, Fault::Hollow)),
            _ => {}
        }
        let parts = self.alternatives()?;
        self.depth -= 1;
        match self.take(&Kind::Close) {
            Some(_) => Ok(Expr::any(parts.into_iter().map(|(_, part)| part).collect())),
            None => Err(self.fail(at, Fault::Unclosed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::*;

    fn refused(text: &str) -> (usize, Fault) {
        let error = text.parse::<Query>().expect_err(text);
        assert!(!error.hint().is_empty());
        (error.column, error.fault)
    }

    #[test]
    fn what_cannot_be_asked_is_refused_where_it_stands() {
        let wild = |mark, text: &str| Fault::Wildcard { mark, text: text.into() };
        for (text, expected) in [
            ("", (1, Fault::Empty)),
            ("  ", (1, Fault::Empty)),
            ("*", (1, wild('*', "*"))),
            ("a AND loan*", (7, wild('*', "loan*"))),
            ("é from:Dav*", (3, wild('*', "Dav*"))),
            ("payment~", (1, wild('~', "payment~"))),
            ("\"a b\"~5", (6, wild('~', "~5"))),
            ("\"herd imm*\"", (1, wild('*', "herd imm*"))),
            ("\"organi?e it\"", (1, wild('?', "organi?e it"))),
            ("50%", (1, wild('%', "50%"))),
            ("really?", (1, wild('?', "really?"))),
            ("a w/0 b", (3, Fault::Far("w/0".into()))),
            ("a PRE/1001 b", (3, Fault::Far("pre/1001".into()))),
            ("a near/5 b", (3, Fault::Distance("near/5".into()))),
            ("a NEAR(5) b", (3, Fault::Distance("near".into()))),
            ("a w/s b", (3, Fault::Distance("w/s".into()))),
            ("a w/5 b w/5 c", (9, Fault::Chain)),
            ("(a w/5 b) w/5 c", (1, Fault::Chain)),
            ("a w/5 (b pre/5 c)", (7, Fault::Chain)),
            ("x (a AND b) w/5 c", (3, Fault::AllNear)),
            ("a w/5 NOT b", (7, Fault::NotNear)),
            ("a NOT w/5 b", (7, Fault::NotNear)),
            ("(NOT a) w/5 b", (1, Fault::NotNear)),
            ("a w/5 from:b", (7, Fault::Apart("from"))),
            ("after:2020-01-01 w/5 b", (1, Fault::Apart("after"))),
            ("a w/5", (3, Fault::Dangling("w/5".into()))),
            ("w/5 b", (1, Fault::Dangling("w/5".into()))),
            ("a w/5 OR b", (3, Fault::Dangling("w/5".into()))),
            ("a stem(b)", (3, Fault::Function("stem".into()))),
            ("forms()", (1, Fault::OneWord { function: "forms", text: String::new() })),
            ("forms(a b)", (1, Fault::OneWord { function: "forms", text: "a b".into() })),
            ("forms(pay", (1, Fault::Unclosed)),
            ("forms(naïve OR 1)", (1, Fault::OneWord { function: "forms", text: "naïve OR 1".into() })),
            ("forms(день)", (1, Fault::Letters { function: "forms", word: "день".into() })),
            ("forms(pay: pay OR paid)", (1, Fault::Listed("forms(pay)".into()))),
            ("fuzzy(greensill,3)", (1, Fault::Mistakes("greensill".into()))),
            ("fuzzy(pay,1)", (1, Fault::Short { origin: "fuzzy(pay,1)".into(), least: 4 })),
            (
                "fuzzy(procurements,2)",
                (1, Fault::Spellings { origin: "fuzzy(procurements,2)".into(), count: 1211 }),
            ),
            ("has:poll", (1, Fault::Has("poll".into()))),
            ("a after:march", (3, Fault::Day { name: "after".into(), text: "march".into() })),
            ("a before:", (3, Fault::Valueless("before".into()))),
            ("after:2020-01-01", (1, Fault::OnlyDays)),
            ("a OR NOT after:2020-01-01", (6, Fault::OnlyDays)),
            ("before:2020-01-01 AND NOT a", (1, Fault::OnlyDays)),
            ("(a", (1, Fault::Unclosed)),
            ("a AND (b OR (c)", (7, Fault::Unclosed)),
            ("(", (1, Fault::Unclosed)),
            ("a)", (2, Fault::Stray)),
            (")", (1, Fault::Stray)),
            ("a ()", (3, Fault::Hollow)),
            ("a \"b c", (3, Fault::Quote)),
            ("from:\"b c", (1, Fault::Quote)),
            ("a AND", (3, Fault::Dangling("AND".into()))),
            ("AND a", (1, Fault::Dangling("AND".into()))),
            ("a OR OR b", (6, Fault::Dangling("OR".into()))),
            ("(a OR ) b", (4, Fault::Dangling("OR".into()))),
            ("a NOT", (3, Fault::Dangling("NOT".into()))),
            ("NOT a", (1, Fault::Negation)),
            ("a OR NOT b", (6, Fault::Negation)),
            ("NOT (from:x OR a) AND NOT b", (1, Fault::Negation)),
            ("a -- b", (3, Fault::Operator { mark: '-', text: "--".into() })),
            ("a ... b", (3, Fault::Wordless("...".into()))),
            ("\"\"", (1, Fault::Wordless(String::new()))),
            ("from:", (1, Fault::Valueless("from".into()))),
            ("from: david", (1, Fault::Valueless("from".into()))),
            ("from:(a AND b)", (1, Fault::Grouped("from".into()))),
            ("x to:(ada quill)", (3, Fault::Grouped("to".into()))),
            ("from:(a OR NOT b)", (1, Fault::Grouped("from".into()))),
            ("from:(a OR chat:b)", (1, Fault::Grouped("from".into()))),
            ("from:(a OR b", (6, Fault::Unclosed)),
            ("from:()", (6, Fault::Hollow)),
            ("type:(image OR video)", (1, Fault::Grouped("type".into()))),
            ("-cameron", (1, Fault::Operator { mark: '-', text: "-cameron".into() })),
            ("a || b", (3, Fault::Operator { mark: '|', text: "||".into() })),
            ("a && b", (3, Fault::Operator { mark: '&', text: "&&".into() })),
            ("https://example.com", (1, Fault::Field("https".into()))),
            ("context:1", (1, Fault::Reserved("context"))),
            ("register:register", (1, Fault::Reserved("register"))),
            ("drill:other", (1, Fault::Reserved("drill"))),
            ("a drill:drill", (3, Fault::Reserved("drill"))),
            ("sha256:abc", (1, Fault::Digest("abc".into()))),
            ("type:\"a b\"", (1, Fault::Value { field: "type", text: "a b".into() })),
            ("event:a/b", (1, Fault::Value { field: "event", text: "a/b".into() })),
        ] {
            assert_eq!(refused(text), expected, "{text}");
        }
    }

    #[test]
    fn days_and_conversations_are_asked_otherwise() {
        for (text, word) in
            [("date:2020", "after:"), ("since:2020", "after:"), ("group:x", "chat:"), ("has:x", "image")]
        {
            let error = text.parse::<Query>().unwrap_err();
            assert!(error.hint().contains(word), "{text}: {}", error.hint());
        }
    }

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        let error = "greensill AND loan*".parse::<Query>().unwrap_err();
        assert_eq!(error.to_string(), "column 15: \"*\" in \"loan*\": the index knows exact words only");
        assert_eq!(
            error.hint(),
            "write forms(loan) for the forms of a word, or each word out: (loan OR loans OR lender)"
        );
    }

    #[test]
    fn hostile_queries_end_early() {
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(nested(50).parse::<Query>().is_ok());
        assert_eq!(refused(&nested(51)), (51, Fault::Deep));
        assert_eq!(refused(&"(".repeat(20_000)).1, Fault::Deep);
        assert_eq!(refused(&"x".repeat(20_001)), (20_001, Fault::Long));
        assert_eq!(refused(&"a ".repeat(1_001)).1, Fault::Many(1_001));
        assert_eq!(refused(&"NOT ".repeat(2_500)).1, Fault::Dangling("NOT".into()));
        let implied = format!("{}c{}", "a OR b (".repeat(40), ")".repeat(40));
        assert_eq!(refused(&implied), (1, Fault::Deep));
    }

    #[test]
    fn an_invisible_joiner_glues_nothing() {
        for (text, expected) in [("\"a \u{200D}😀\"", "\"a 😀\""), ("from:\"a \u{200D}😀\"", "from:\"a 😀\"")]
        {
            assert_eq!(text.parse::<Query>().unwrap().to_string(), expected);
        }
    }
}
