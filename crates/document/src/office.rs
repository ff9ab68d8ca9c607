//! Office Open XML (ECMA-376): texts and presentations, and the prose in workbooks.

use std::ops::ControlFlow;

use crate::draft::Draft;
use crate::outcome::Reason;
use crate::package::Package;
use crate::xml::{self, Node};

/// Adds a text document: its body, headers, footers, notes, comments, and text in drawings.
pub(crate) fn read_text(package: &mut Package<'_>, draft: &mut Draft) {
    // The body first, which some editors call document2.xml; placeholders of the glossary are not the writer's.
    let body = |name: &str| name.starts_with("word/document");
    package.each(draft, |name| is_xml(name, "word/") && body(name), read_prose);
    package.each(
        draft,
        |name| {
            is_xml(name, "word/")
                && !body(name)
                && !name.starts_with("word/glossary/")
                && !is_drawn_twice(name)
        },
        read_prose,
    );
}

/// Adds a presentation: slides, then notes, comments, diagrams and charts. What masters and layouts say is not the
/// writer's.
pub(crate) fn read_slides(package: &mut Package<'_>, draft: &mut Draft) {
    for folder in ["slides", "notesSlides", "comments", "diagrams", "charts"] {
        let folder = format!("ppt/{folder}/");
        package.each(draft, |name| is_xml(name, &folder) && !is_drawn_twice(name), read_prose);
    }
}

pub(crate) fn is_xml(name: &str, folder: &str) -> bool {
    name.starts_with(folder) && name.ends_with(".xml")
}

/// A diagram's text stands in its data, and again in its drawing.
fn is_drawn_twice(name: &str) -> bool {
    name.contains("diagrams/drawing")
}

/// Adds the text runs of a part, deleted ones of tracked changes among them: they are in the file.
pub(crate) fn read_prose(bytes: &[u8], draft: &mut Draft) -> Result<(), Reason> {
    let (mut in_run, mut fallbacks) = (false, 0_usize);
    xml::walk(bytes, |node| {
        match node {
            // The same content again, for old readers.
            Node::Open("Fallback", _) => fallbacks += 1,
            Node::Close("Fallback") => fallbacks = fallbacks.saturating_sub(1),
            _ if fallbacks > 0 => {}
            Node::Open("t" | "delText" | "text", _) => in_run = true,
            Node::Close("t" | "delText" | "text") => in_run = false,
            Node::Text(text) if in_run => draft.push(text),
            Node::Open("tab", _) => draft.push("\t"),
            Node::Open("noBreakHyphen", _) => draft.push("-"),
            Node::Open("br" | "cr", _) | Node::Close("p" | "comment" | "cm") => draft.end_line(),
            _ => {}
        }
        if draft.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}
