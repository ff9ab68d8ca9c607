//! What Google Chat found in a text: links, videos, files of Drive, calls, tasks, events of a calendar.

use blackbox_format::message::Message;
use serde_json::Value;

use crate::{
    fields::{Fields, json, note, raw},
    importer::Sink,
};

/// The key under which Takeout has an address.
const ADDRESS: &str = "private_do_not_access_or_else_safe_url_wrapped_value";

/// Writes down what the annotations of a message say. A message that has no text gets what they say as its text.
pub(super) fn keep(list: Vec<Value>, message: &mut Message, sink: &mut Sink<'_>) {
    for value in list {
        match Fields::of(value.clone()) {
            Some(fields) => one(fields, message, sink),
            None => raw("annotations", &value, message, sink),
        }
    }
}

fn one(mut fields: Fields, message: &mut Message, sink: &mut Sink<'_>) {
    // Where in the text it stands, and how letters look.
    fields.drop(&["start_index", "length", "format_metadata"]);
    if let Some(url) = fields.object("url_metadata") {
        link(url, "url_metadata", message, sink);
    }
    if let Some(url) = fields.object("interaction_data") {
        link(url, "interaction_data", message, sink);
    }
    if let Some(mut video) = fields.object("youtube_metadata") {
        if let Some(id) = video.name("id") {
            note(message, "youtube", id);
        }
        video.drop(&["start_time"]);
        video.keep("annotations.youtube_metadata", message, sink);
    }
    if let Some(mut file) = fields.object("drive_metadata") {
        let told = [file.name("title"), file.name("id")].into_iter().flatten().collect::<Vec<_>>();
        note(message, "drive", told.join("\n"));
        file.drop(&["thumbnail_url"]);
        file.keep("annotations.drive_metadata", message, sink);
    }
    if let Some(mut call) = fields.object("video_call_metadata") {
        let mut space = call.object("meeting_space").unwrap_or_default();
        if let Some(address) = space.name("meeting_url") {
            note(message, "call-link", address);
        }
        space.keep("annotations.video_call_metadata.meeting_space", message, sink);
        call.keep("annotations.video_call_metadata", message, sink);
    }
    if let Some(value) = fields.value("gsuite_integration_metadata") {
        integration(&value, message);
    }
    fields.keep("annotations", message, sink);
}

fn link(mut url: Fields, key: &str, message: &mut Message, sink: &mut Sink<'_>) {
    let mut address = url.object("url").unwrap_or_default();
    let told = [address.name(ADDRESS), url.name("title"), url.name("snippet")];
    note(message, "link", told.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    url.drop(&["image_url"]);
    url.keep(&format!("annotations.{key}"), message, sink);
    address.keep(&format!("annotations.{key}.url"), message, sink);
}

/// A call, a task or an event of the calendar. It is kept as it is written, too: it has more than the text tells.
fn integration(value: &Value, message: &mut Message) {
    note(message, "integration", json(value));
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let lines = |first: String, second: Option<&str>| match second {
        Some(second) => format!("{first}\n{second}"),
        None => first,
    };
    let told = if let Some(status) = text("/call_data/call_status") {
        if message.text.is_empty() {
            message.event = Some("call".into());
        }
        Some(format!("Call: {status}"))
    } else if let Some(title) = text("/tasks_data/task_properties/title") {
        Some(lines(format!("Task: {title}"), text("/tasks_data/task_properties/description")))
    } else {
        let starts = text("/calendar_event_data/calendar_event/start_time/timed");
        text("/calendar_event_data/calendar_event/title")
            .map(|title| lines(format!("Event: {title}"), starts))
    };
    if let (true, Some(told)) = (message.text.is_empty(), told) {
        message.text = told;
    }
}
