//! The README's table of formats is what the program says, and every row is a format that imports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

/// The table as it must stand in the README.
fn table() -> String {
    let mut table = String::from("| platform | form | kept | lost |\n|---|---|---|---|\n");
    for format in blackbox_import::formats() {
        let cell = |text: &str| text.replace('|', "\\|");
        let (form, kept, lost) = (cell(format.form), cell(format.kept), cell(format.lost));
        table.push_str(&format!("| {} | {form} (`{}`) | {kept} | {lost} |\n", format.platform, format.format));
    }
    table
}

#[test]
fn the_table_of_formats_in_the_readme_is_what_the_program_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (_, rest) = readme.split_once("<!-- formats: checked against `blackbox formats` -->\n").unwrap();
    let (written, _) = rest.split_once("<!-- end of formats -->").unwrap();
    assert_eq!(written.trim(), table().trim(), "put this into the README:\n{}", table());
}
