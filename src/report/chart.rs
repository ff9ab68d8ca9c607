//! Charts as inline SVG, each with a title, a description, and its figures as a table.

use blackbox_bundle::visible;
use blackbox_custody::audit::Opened;
use maud::{Markup, html};

/// Size of a chart's drawing, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;
/// Room for labels below.
const FOOT: f64 = 20.0;
/// Labels below a chart, at most.
const LABELS: usize = 12;

/// Class and name of a series.
pub struct Series(pub &'static str, pub &'static str);

/// Groups of bars.
pub struct Chart<'c> {
    /// Distinguishes it on its page.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it shows.
    pub about: String,
    /// What a group is.
    pub unit: &'static str,
    /// The bars of a group.
    pub series: &'c [Series],
    /// Name and figures of each group.
    pub groups: Vec<(String, Vec<u64>)>,
}

/// A chart with its table.
pub fn figure(chart: &Chart<'_>) -> Markup {
    let most = chart.groups.iter().flat_map(|(_, figures)| figures).copied().max().unwrap_or(0).max(1);
    let every = chart.groups.len().div_ceil(LABELS).max(1);
    let step = WIDTH / chart.groups.len().max(1) as f64;
    html! {
        figure {
            figcaption { (chart.title) }
            svg viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + FOOT)) role="img"
                aria-labelledby=(format!("{0}-title {0}-about", chart.id)) {
                title id=(format!("{}-title", chart.id)) { (chart.title) }
                desc id=(format!("{}-about", chart.id)) { (chart.about) " The highest bar is " (most) "." }
                line class="axis" x1="0" y1=(HEIGHT) x2=(WIDTH) y2=(HEIGHT) {}
                @for (number, (name, figures)) in chart.groups.iter().enumerate() {
                    (group(chart, (number as f64 * step, step), (figures, most)))
                    @if number % every == 0 {
                        text x=(round(number as f64 * step + step * 0.1)) y=(HEIGHT + FOOT - 5.0) { (visible(name)) }
                    }
                }
            }
            (table(chart))
        }
    }
}

fn group(chart: &Chart<'_>, (left, step): (f64, f64), (figures, most): (&[u64], u64)) -> Markup {
    let width = (step * 0.8 / chart.series.len() as f64).min(40.0);
    html! {
        @for (number, (figure, Series(class, _))) in figures.iter().zip(chart.series).enumerate() {
            @let height = *figure as f64 / most as f64 * (HEIGHT - 10.0);
            rect class=(format!("bar {class}")) x=(round(left + step * 0.1 + number as f64 * width))
                y=(round(HEIGHT - height)) width=(round(width * 0.92)) height=(round(height)) {}
        }
    }
}

fn table(chart: &Chart<'_>) -> Markup {
    html! {
        div.wide { table {
            caption { (chart.about) }
            thead { tr { th scope="col" { (chart.unit) }
                @for Series(class, name) in chart.series {
                    th.number scope="col" { span class=(format!("key {class}")) { "■" } " " (name) }
                } } }
            tbody { @for (name, figures) in &chart.groups {
                tr { th scope="row" { (visible(name)) } @for figure in figures { td.number { (figure) } } }
            } }
        } }
    }
}

/// What was opened of each deposit, as bars from left to right.
pub fn shares(opened: &[Opened]) -> Markup {
    let (line, bar) = (34.0, 12.0);
    html! {
        figure {
            figcaption { "Share ever opened" }
            svg viewBox=(format!("0 0 {WIDTH} {}", line * opened.len().max(1) as f64)) role="img"
                aria-labelledby="shares-title shares-about" {
                title id="shares-title" { "Share ever opened" }
                desc id="shares-about" { "For each deposit, at most how much of its rows was ever opened." }
                @for (number, deposit) in opened.iter().enumerate() {
                    @let top = number as f64 * line;
                    text x="0" y=(round(top + 13.0)) {
                        (visible(&deposit.deposit)) ": at most " (percent(deposit)) }
                    rect class="bar rest" x="0" y=(round(top + 17.0)) width=(WIDTH) height=(bar) {}
                    rect class="bar all" x="0" y=(round(top + 17.0)) width=(round(WIDTH * part(deposit))) height=(bar) {}
                }
            }
            div.wide { table {
                caption { "Rows of each deposit, dummies included, and at most how many were opened" }
                thead { tr { th scope="col" { "Deposit" } th.number scope="col" { "Rows" }
                    th.number scope="col" { "Opened at most" } th.number scope="col" { "Share" } } }
                tbody { @for deposit in opened {
                    tr { th scope="row" { (visible(&deposit.deposit)) } td.number { (deposit.rows) }
                        td.number { (deposit.at_most) } td.number { (percent(deposit)) } }
                } }
            } }
        }
    }
}

fn part(opened: &Opened) -> f64 {
    opened.at_most as f64 / opened.rows.max(1) as f64
}

fn percent(opened: &Opened) -> String {
    format!("{:.1} %", part(opened) * 100.0)
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
