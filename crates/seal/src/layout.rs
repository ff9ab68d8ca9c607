//! Which row of which segment each message gets.

use blackbox_format::padme;
use blackbox_token::row::Place;

use crate::{records::ROWS_FLOOR, session::Session};

/// The rows of a whole deposit: 4 bytes a row.
pub struct Layout {
    segment_messages: u32,
    orders: Vec<Vec<u32>>,
}

impl Layout {
    /// Rows for `messages` messages, at most `segment_messages` a segment. Every segment has a row
    /// for the drill; the first has `register` more.
    pub fn new(session: &Session, (messages, segment_messages): (u32, u32), register: u32) -> Layout {
        let segments = messages.div_ceil(segment_messages).max(1);
        let rows = |segment: u32| {
            let held = (messages - segment * segment_messages).min(segment_messages);
            held + 1 + if segment == 0 { register } else { 0 }
        };
        let order = |segment| session.order(segment, padme::padded(rows(segment).into(), ROWS_FLOOR) as u32);
        Layout { segment_messages, orders: (0..segments).map(order).collect() }
    }

    /// Messages of one full segment.
    pub fn segment_messages(&self) -> u32 {
        self.segment_messages
    }

    /// Rows of a segment, dummies included.
    pub fn rows(&self, segment: u32) -> u32 {
        self.orders[segment as usize].len() as u32
    }

    /// Where message number `message` of the deposit lies.
    pub fn place(&self, message: u32) -> Place {
        let segment = message / self.segment_messages;
        self.row(segment, message % self.segment_messages)
    }

    /// The `number`-th row of a segment in sealing order; behind its messages follow drill and
    /// register.
    pub fn row(&self, segment: u32, number: u32) -> Place {
        Place { segment, row: self.orders[segment as usize][number as usize] }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_message_has_a_row_of_its_own() {
        let layout = Layout::new(&Session::new(), (1000, 300), 12);
        let mut places: HashSet<Place> = (0..1000).map(|message| layout.place(message)).collect();
        places.extend((0..12).map(|number| layout.row(0, 301 + number)));
        assert_eq!(places.len(), 1012);
        assert!(places.iter().all(|place| place.row < layout.rows(place.segment)));
        assert_eq!(layout.rows(3), ROWS_FLOOR as u32);
    }
}
