//! Slack's stamps, seconds and a fraction, which are both the time and the id of a message.

use serde_json::Value;

/// A time, as written and in Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) written: String,
    pub(super) millis: i64,
}

impl Stamp {
    /// Reads `"1736478514.897649"`, also where it is written as a number.
    pub(super) fn of(value: &Value) -> Option<Stamp> {
        let written = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let (seconds, fraction) = written.split_once('.').unwrap_or((&written, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if seconds.is_empty() || !digits(seconds) || !digits(fraction) {
            return None;
        }
        let mut millis = seconds.parse::<i64>().ok()?.checked_mul(1000)?;
        for (digit, unit) in fraction.bytes().zip([100, 10, 1]) {
            millis = millis.checked_add(i64::from(digit - b'0') * unit)?;
        }
        Some(Stamp { written, millis })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stamps_are_seconds_with_a_fraction() {
        let millis = |value| Stamp::of(&value).map(|stamp| stamp.millis);
        assert_eq!(millis(json!("1736478514.897649")), Some(1_736_478_514_897));
        assert_eq!(millis(json!("1736478514")), Some(1_736_478_514_000));
        assert_eq!(millis(json!(1_736_478_514.5)), Some(1_736_478_514_500));
        assert_eq!(millis(json!("1.05")), Some(1_050));
        for wrong in
            [json!(""), json!("-1.0"), json!("1e3"), json!("9223372036854775807"), json!(null), json!("1.x")]
        {
            assert_eq!(Stamp::of(&wrong), None, "{wrong}");
        }
    }
}
