//! Texts as chance makes them, for forms that can hold any text.

use proptest::prelude::*;

/// Nothing, accents, emoji of several code points, right-to-left scripts with their marks, quotes, line ends, anything.
pub fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just(String::new()),
        1 => "(שלום|مرحبا|\u{202b}|\u{202c}|\u{200f}|\u{2067}|\u{2069}|[ a-z,:])( ?[אבגيوم0-9.!]){0,20}",
        3 => "[ -~éàßÄжאبش\n\t😀👍🏽\u{200d}\u{fe0f}\u{301}„“«»\u{2028}]{0,60}",
        1 => "\\PC{0,30}",
    ]
}
