//! Counts by row and period: how many hits a conversation has in each month, and the like.

use std::collections::{BTreeMap, BTreeSet};

/// More columns than these do not fit the width of a page.
const COLUMNS: usize = 8;

/// A table of counts. Columns are months, or years if there are too many months.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The periods, in order: `2020-03` or `2020`; none if even the years are too many.
    pub periods: Vec<String>,
    /// One row each, in the order given.
    pub rows: Vec<Row>,
}

/// A row of a [`Summary`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// What is counted.
    pub name: String,
    /// One count a period.
    pub counts: Vec<u64>,
    /// Their sum.
    pub total: u64,
}

/// What goes into a table: a row's name with its counts by month or time, whose beginning is
/// `2020-03`.
pub(crate) type Counted<'a> = (String, Vec<(&'a str, u64)>);

impl Summary {
    /// The table of `rows`.
    pub fn new(rows: Vec<Counted<'_>>) -> Summary {
        let all = |bytes| {
            let times = rows.iter().flat_map(|(_, counts)| counts.iter().map(|(time, _)| *time));
            times.map(|time| period(time, bytes)).collect::<BTreeSet<_>>()
        };
        let fitting = ["2020-03".len(), "2020".len()].into_iter().find(|bytes| all(*bytes).len() <= COLUMNS);
        let periods: Vec<&str> = fitting.map_or(vec![], |bytes| all(bytes).into_iter().collect());
        let rows = rows.iter().map(|(name, counts)| row(name, counts, &periods)).collect();
        Summary { periods: periods.into_iter().map(str::to_owned).collect(), rows }
    }

    /// The sum of each column, and of all.
    pub fn totals(&self) -> (Vec<u64>, u64) {
        let column = |i: usize| self.rows.iter().map(|row| row.counts[i]).sum();
        ((0..self.periods.len()).map(column).collect(), self.rows.iter().map(|row| row.total).sum())
    }
}

fn row(name: &str, counts: &[(&str, u64)], periods: &[&str]) -> Row {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    let bytes = periods.first().map_or(0, |first| first.len());
    for (time, count) in counts {
        *sums.entry(period(time, bytes)).or_default() += count;
    }
    Row {
        name: name.to_owned(),
        counts: periods.iter().map(|period| sums.get(period).copied().unwrap_or_default()).collect(),
        total: counts.iter().map(|(_, count)| count).sum(),
    }
}

/// The first `bytes` of a time, which are its month or year. What is no time stands for itself.
fn period(time: &str, bytes: usize) -> &str {
    time.get(..bytes).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(count: u32) -> Vec<String> {
        (0..count).map(|i| format!("{}-{:02}-01T00:00:00Z", 2000 + i / 12, i % 12 + 1)).collect()
    }

    fn table(count: u32) -> Summary {
        let months = months(count);
        Summary::new(vec![("a".into(), months.iter().map(|time| (&**time, 2)).collect())])
    }

    #[test]
    fn many_months_become_years_and_many_years_one_total() {
        assert_eq!(table(8).periods.len(), 8);
        assert_eq!(table(9).periods, ["2000"]);
        assert_eq!(table(9).rows[0].counts, [18]);
        assert_eq!(table(12 * 9).periods, Vec::<String>::new());
        assert_eq!(table(12 * 9).totals(), (vec![], 216));
    }

    #[test]
    fn rows_and_columns_add_up() {
        let summary = Summary::new(vec![
            ("a".into(), vec![("2020-03", 1), ("2020-04", 2), ("2020-03", 4)]),
            ("b".into(), vec![("2020-04", 8)]),
        ]);
        assert_eq!(summary.rows[0], Row { name: "a".into(), counts: vec![5, 2], total: 7 });
        assert_eq!(summary.totals(), (vec![5, 10], 15));
    }

    #[test]
    fn nothing_counted_is_an_empty_table() {
        assert_eq!(Summary::new(vec![]).totals(), (vec![], 0));
    }
}
