//! The count request that would tell how much a request opens.

use std::path::Path;

use blackbox_custody::{approve::OpenRequest, earlier::finders};
use blackbox_query::language::Expr;

/// The command with which the examiner would have exactly the terms counted that find.
pub fn command(archive: &Path, open: &OpenRequest) -> String {
    let request = &open.request.document;
    let mut terms: Vec<Expr> = finders(&open.plan).cloned().map(Expr::Term).collect();
    let query = if terms.len() == 1 { terms.remove(0) } else { Expr::Or(terms) };
    let mut words = vec![
        "blackbox request".to_owned(),
        quoted(&archive.display().to_string()),
        quoted(&query.to_string()),
        "--mode count".to_owned(),
        format!("--since {} --until {}", request.since, request.until),
    ];
    words.extend(request.deposits.iter().map(|deposit| format!("--deposit {deposit}")));
    words.push(format!("--case {} --basis {}", quoted(&request.case), quoted(&request.basis)));
    words.push(format!("--key {}", quoted(&format!("{}.key", request.examiner))));
    words.join(" ")
}

/// As one word of a shell's.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_one_word() {
        assert_eq!(quoted("box"), "box");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
        assert_eq!(quoted(""), "''");
    }
}
