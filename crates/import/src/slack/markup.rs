//! Slack's markup of a text: what a reader saw of it.

use super::Workspace;

/// The text without its escapes, with people and channels by their names and links by their labels.
pub(super) fn plain(text: &str, workspace: &Workspace) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            b'&' => escape(rest),
            _ => reference(rest, workspace),
        };
        let (shown, length) = taken.unwrap_or_else(|| (rest[..1].to_owned(), 1));
        plain.push_str(&shown);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// The three characters that Slack escapes, and how many bytes the escape has.
fn escape(rest: &str) -> Option<(String, usize)> {
    let escapes = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    let (code, shown) = escapes.into_iter().find(|(code, _)| rest.starts_with(code))?;
    Some((shown.to_owned(), code.len()))
}

/// What stands between `<` and `>`, and how many bytes it has. A `<` before the `>` shows that it is none.
fn reference(rest: &str, workspace: &Workspace) -> Option<(String, usize)> {
    let end = rest[1..].find(['<', '>', '\n'])? + 1;
    if end == 1 || rest.as_bytes()[end] != b'>' {
        return None;
    }
    let inner = &rest[1..end];
    if inner.starts_with(' ') {
        return None;
    }
    let (target, label) =
        inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
    Some((shown(target, label.filter(|label| !label.is_empty()), workspace), end + 1))
}

fn shown(target: &str, label: Option<&str>, workspace: &Workspace) -> String {
    let label = label.map(unescaped);
    let first = target.chars().next().unwrap_or_default();
    let id = &target[first.len_utf8().min(target.len())..];
    match first {
        '@' if workspace.people.knows(id) => format!("@{}", workspace.people.name(id)),
        '@' => marked('@', label.as_deref().unwrap_or(id)),
        '#' => marked('#', label.as_deref().or(workspace.rooms.name(id)).unwrap_or(id)),
        '!' => label.unwrap_or_else(|| {
            marked('@', id.split('^').nth(usize::from(id.starts_with("subteam^"))).unwrap_or(id))
        }),
        _ => label.unwrap_or_else(|| unescaped(target.strip_prefix("mailto:").unwrap_or(target))),
    }
}

fn marked(mark: char, name: &str) -> String {
    format!("{mark}{}", name.strip_prefix(mark).unwrap_or(name))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        plain(text, &Workspace::default())
    }

    #[test]
    fn a_text_is_what_its_reader_saw() {
        for (markup, shown) in [
            ("<@U1> and <@U2|bo>", "@U1 and @bo"),
            ("in <#C1|general> or <#C2>", "in #general or #C2"),
            ("<!here> <!channel|@channel> <!subteam^S1|@crew> <!subteam^S2>", "@here @channel @crew @S2"),
            ("<!date^1500000000^{date}|14 July>", "14 July"),
            ("<https://a.example/?x=1&amp;y=2>", "https://a.example/?x=1&y=2"),
            ("<https://a.example|the &lt;plan&gt;>", "the <plan>"),
            ("<mailto:bo@a.example>", "bo@a.example"),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;lt;", "1 < 2 && 3 > 2 &lt;"),
            ("<> << <\n> & &nbsp; <é>", "<> << <\n> & &nbsp; é"),
            ("<@>", "@"),
            ("a < b > c", "a < b > c"),
        ] {
            assert_eq!(read(markup), shown, "{markup}");
        }
    }

    #[test]
    fn a_million_open_brackets_take_no_time() {
        let text = "<".repeat(1 << 20);
        assert_eq!(read(&text), text);
    }
}
