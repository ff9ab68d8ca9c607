//! Pages as Telegram lays them out.

pub const DAY: &str = "01.06.2021 12:00:00";

/// A page as Telegram lays it out.
pub fn page(title: &str, history: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n\n <head>\n\n  <meta charset=\"utf-8\"/>\n<title>Exported Data</title>\n\n \
         <link href=\"css/style.css\" rel=\"stylesheet\"/>\n </head>\n\n <body onload=\"CheckLocation();\">\n\n  \
         <div class=\"page_wrap\">\n\n   <div class=\"page_header\">\n\n    <div class=\"content\">\n\n     \
         <div class=\"text bold\">\n{title} \n     </div>\n\n    </div>\n\n   </div>\n\n   \
         <div class=\"page_body chat_page\">\n\n    <div class=\"history\">\n{history}\n    </div>\n\n   </div>\n\n  \
         </div>\n\n </body>\n\n</html>\n"
    )
}

pub fn div(class: &str, inner: &str) -> String {
    format!("\n  <div class=\"{class}\">\n{inner}\n  </div>\n")
}

pub fn text_div(text: &str) -> String {
    div("text", text)
}

/// A message with a sender, or without one where it goes on.
pub fn posting(id: u64, from: &str, date: &str, inner: &str) -> String {
    let (class, from) = match from {
        "" => (" joined", String::new()),
        from => ("", div("from_name", &format!("{from} "))),
    };
    let initials = if from.is_empty() {
        String::new()
    } else {
        div("pull_left userpic_wrap", &div("userpic userpic4", &div("initials", "IB")))
    };
    format!(
        "\n     <div class=\"message default clearfix{class}\" id=\"message{id}\">\n{initials}\n      \
         <div class=\"body\">\n\n       <div class=\"pull_right date details\" title=\"{date}\">\n12:00\n       \
         </div>\n{from}{inner}\n      </div>\n\n     </div>\n"
    )
}

pub fn service(id: i64, text: &str) -> String {
    format!(
        "\n     <div class=\"message service\" id=\"message{id}\">\n{}\n     </div>\n",
        div("body details", text)
    )
}

/// A thing beside a text.
pub fn card(kind: &str, href: &str, parts: [&str; 3]) -> String {
    let [title, description, status] = parts;
    let parts = [("title bold", title), ("description", description), ("status details", status)];
    let parts: String =
        parts.iter().filter(|(_, text)| !text.is_empty()).map(|(class, text)| div(class, text)).collect();
    let inner = format!("{}{}", div("fill pull_left", ""), div("body", &parts));
    let wrapped = match href {
        "" => div(&format!("media clearfix pull_left {kind}"), &inner),
        href => format!(
            "\n<a class=\"media clearfix pull_left block_link {kind}\" href=\"{href}\">\n{inner}\n</a>\n"
        ),
    };
    div("media_wrap clearfix", &wrapped)
}
