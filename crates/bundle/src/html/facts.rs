//! The parts of the page that speak of the answer as a whole.

use blackbox_query::answer::Answer;
use maud::{Markup, html as page};

use super::visible;
use crate::{Heading, conversation::Conversation, plain, summary::Summary};

/// Outcome and facts of the request.
pub fn head(heading: &Heading, answer: &Answer, conversations: usize) -> Markup {
    page! {
        header {
            p.over { "Answer to request " bdi { (visible(&heading.request)) } ", case " bdi { (visible(&heading.case)) } }
            h1 { (plain::outcome(answer)) }
            p.lead { (plain::meaning(answer, conversations)) }
            dl.facts {
                (fact("Query", &page! { code.query { (visible(&heading.query)) } }))
                (text("Months asked", &heading.months))
                (text("Archive", &heading.origin))
                (text("Deposits asked", &heading.deposits.join(", ")))
                (text("Legal basis", &heading.basis))
                (text("Purpose", &heading.purpose))
                (text("Examiner", &heading.examiner))
                (text("Asked", &plain::moment(&heading.asked)))
                (text("Approved by", &heading.approved_by.join(", ")))
                (text("Words marked", &plain::words(&heading.matched_words)))
                (text("Log when answered", &plain::log(heading.log_size)))
            }
        }
    }
}

fn text(name: &str, value: &str) -> Markup {
    fact(name, &visible(value))
}

fn fact(name: &str, value: &Markup) -> Markup {
    page! {
        @if !value.0.is_empty() { dt { (name) } dd { bdi { (value) } } }
    }
}

/// What could not be answered, in a box that nobody overlooks.
pub fn unanswered(answer: &Answer) -> Markup {
    page! {
        @if !answer.unanswered.is_empty() {
            section.unanswered {
                h2 { "Part of the query was not answered" }
                p { (plain::UNANSWERED) }
                div.wide { table {
                    thead { tr { th.month scope="col" { "Month" } th scope="col" { "Terms" } th scope="col" { "Why" }
                        th.number scope="col" { "Messages" } } }
                    tbody {
                        @for part in &answer.unanswered {
                            tr {
                                td.month { (visible(&part.epoch)) }
                                td.terms { bdi { (visible(&part.literals.join(", "))) } }
                                td.why { bdi { (visible(&part.reason)) } }
                                td.number { (plain::thousands(part.count)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// Hits per conversation and month, and counts per term and month.
pub fn summary(answer: &Answer, conversations: &[Conversation<'_>]) -> Markup {
    let place = |i: usize| format!("#c{}", i + 1);
    let term = |name: &str| page! { code { (visible(name)) } };
    page! {
        @if !conversations.is_empty() || !answer.counts.is_empty() {
            section {
                h2 { "Summary" }
                @if !conversations.is_empty() {
                    (table(["Hits by conversation", "Conversation"], &plain::hits_by_month(conversations), |i, name| {
                        page! { a href=(place(i)) { bdi { (visible(name)) } }
                            span.about { " " (visible(plain::platform(conversations[i].platform))) } }
                    }))
                }
                @if !answer.counts.is_empty() {
                    (table([plain::COUNTED, "Term"], &plain::counts_by_month(&answer.counts), |_, name| term(name)))
                }
            }
        }
    }
}

/// A table with its caption and the name of its first column.
fn table([caption, first]: [&str; 2], summary: &Summary, name: impl Fn(usize, &str) -> Markup) -> Markup {
    let (totals, total) = summary.totals();
    page! {
        div.wide { table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (first) }
                @for period in &summary.periods { th.number scope="col" { (visible(period)) } }
                @if summary.periods.len() != 1 { th.number scope="col" { "Total" } }
            } }
            tbody {
                @for (i, row) in summary.rows.iter().enumerate() {
                    tr {
                        th scope="row" { (name(i, &row.name)) }
                        (numbers(&row.counts, row.total))
                    }
                }
            }
            @if summary.rows.len() > 1 && caption != plain::COUNTED {
                tfoot { tr { th scope="row" { "Total" } (numbers(&totals, total)) } }
            }
        } }
    }
}

fn numbers(counts: &[u64], total: u64) -> Markup {
    page! {
        @for count in counts {
            @if *count == 0 { td.number.none { "0" } } @else { td.number { (plain::thousands(*count)) } }
        }
        @if counts.len() != 1 { td.number { (plain::thousands(total)) } }
    }
}

/// How the answer was verified, and how the bundle can be.
pub fn checks(heading: &Heading, answer: &Answer) -> Markup {
    let verified_against = heading.verified_against.min(answer.verified_against);
    page! {
        section.plain.short {
            h2 { "How this answer was verified" }
            p { (visible(&plain::verification(answer, verified_against))) }
            p { "Every page read from the archive was checked against the manifest that the sealer signed; a changed \
                 or missing byte would have been an error, not a missing hit." }
        }
        section.plain.short {
            h2 { "How to check this bundle" }
            p { "The archive’s log holds the disclosure of request " bdi { (visible(&heading.request)) } ". Its field "
                code { "digest" } " is the SHA-256 of this bundle’s " code { "salt" } " followed by its "
                code { "hits.json" } ". In the bundle’s folder, compare it with:" }
            pre { code { "cat salt hits.json | sha256sum        (Linux)\n\
                          cat salt hits.json | shasum -a 256    (macOS)" } }
            p { "If they differ, hits.json was altered after the messages were opened. This page and "
                code { "hits.csv" } " show the same messages for people and spreadsheets; " code { "hits.json" }
                " has every character as exported. " code { "blackbox audit ARCHIVE" }
                " checks that the log itself was neither shortened nor rewritten." }
        }
        footer {
            p { "Times are UTC; the time as the export writes it shows when the pointer rests on one, and in print. \
                 Control and direction characters in messages are shown as " span.acting { "⟨U+202E⟩" } "." }
        }
    }
}
