//! The table of requests.

use blackbox_bundle::visible;
use blackbox_custody::audit::{Facts, Terms};
use maud::{Markup, html};

/// Requests in the table: the newest. A browser cannot hold a million.
const SHOWN: usize = 5000;

/// Every request with what became of it, the newest first.
pub fn table(facts: &[&Facts]) -> Markup {
    let shown = facts.iter().rev().take(SHOWN);
    html! {
        section {
            h2 { "Requests" }
            @if facts.is_empty() { p { "There is none." } } @else {
                @if facts.len() > SHOWN {
                    p.about { "The newest " (SHOWN) " of " (facts.len()) "; the log has them all." }
                }
                div.wide { table {
                    caption { "What was asked, and what became of it" }
                    thead { tr {
                        th scope="col" { "Request" } th scope="col" { "Case and basis" } th scope="col" { "Asked" }
                        th scope="col" { "Terms" } th scope="col" { "Decisions" } th scope="col" { "Outcome" }
                    } }
                    tbody { @for facts in shown { (row(facts)) } }
                } }
            }
        }
    }
}

fn row(facts: &Facts) -> Markup {
    html! {
        tr {
            th scope="row" { code { (visible(&facts.id)) } br; span.about { "entry " (facts.index) } }
            td { bdi { (visible(&facts.case)) } br; span.about { bdi { (visible(&facts.basis)) } }
                @if facts.purpose != facts.basis { br; span.about { bdi { (visible(&facts.purpose)) } } } }
            td { (visible(day(&facts.time))) " by " bdi { (visible(&facts.examiner)) }
                br; span.about { (visible(&facts.mode)) ", " (visible(&facts.since)) " to " (visible(&facts.until)) } }
            td.terms { (terms(&facts.terms)) }
            td { @for decision in &facts.decisions {
                (if decision.approved { "approved by " } else { "refused by " }) bdi { (visible(&decision.by)) }
                ", " (visible(day(&decision.time))) br;
            } @if facts.decisions.is_empty() { span.none { "none" } } }
            td { (facts.standing.as_str()) @for time in &facts.disclosed { br; span.about { (visible(day(time))) } } }
        }
    }
}

fn terms(terms: &Terms) -> Markup {
    html! {
        @match terms {
            Terms::Sealed(commitment) => { span.about { "sealed under" } " " code.hash { (commitment) } },
            Terms::Read { query, .. } => { code { (visible(query)) } },
            Terms::Released { query, .. } => { code { (visible(query)) } " " span.about { "(released)" } },
        }
    }
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}
