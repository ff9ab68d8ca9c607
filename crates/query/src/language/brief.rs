//! The canonical form cut short for people: `forms(payment)` without its words.

use super::{Expr, Near};

/// Longest text, in characters.
const BRIEF_CHARS: usize = 200;

/// `expr` in short.
pub(super) fn brief(expr: &Expr) -> String {
    let text = short(expr);
    match text.char_indices().nth(BRIEF_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn short(expr: &Expr) -> String {
    let all = |parts: &[Expr], between: &str| parts.iter().map(part).collect::<Vec<_>>().join(between);
    match expr {
        Expr::Variants(variants) => variants.origin(),
        Expr::Near(Near { left, distance, right }) => format!("{} {distance} {}", part(left), part(right)),
        Expr::And(parts) => all(parts, " AND "),
        Expr::Or(parts) => all(parts, " OR "),
        Expr::Not(inner) => format!("NOT {}", part(inner)),
        Expr::Term(_) | Expr::Phrase(_) | Expr::Days(_) => expr.to_string(),
    }
}

fn part(expr: &Expr) -> String {
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Near(_) => format!("({})", short(expr)),
        _ => short(expr),
    }
}
