//! Tokens used where they do not belong, by a program that keeps to no rule.

use blackbox_custody::{
    Archive, approve::open_request, collect::collect, keys::custody_keys, ledger::Ledger,
};
use blackbox_format::{
    manifest::{Manifest, segment_path},
    month::Month,
    term::{Field, Literal},
};
use blackbox_store::{Folder, Records, Table};
use blackbox_token::{
    Secret,
    ask::{Ask, Item, Range},
    combine::{Tokens, combine},
    entry::{Counter, Entry, Finder, Found, Nonce, Opener, Posting, RowSecret, Tester},
    function::{Kind, MonthKey, Part, Scope, Token, xor},
    row::{Place, SLOT_BYTES, body_key, open_body},
};

use crate::support::{
    World,
    history::{FREQUENT, Generated, MONTHS, OTHER_RARE, RARE},
    sealed::{DEPOSIT, ORIGIN, Sealed},
};

/// Everything that two custodians can answer for some words, and the archive's tables.
struct Lab {
    _world: World,
    store: Folder,
    manifests: Vec<Manifest>,
    words: Vec<String>,
    tokens: Tokens,
}

/// The four tokens of a word in one month of a deposit.
#[derive(Clone)]
struct Four {
    count: Token,
    find: Token,
    test: Token,
    open: Token,
}

/// A posting as a find token shows it.
struct Row {
    row: u32,
    nonce: Nonce,
}

impl Lab {
    fn new(words: &[&str]) -> Lab {
        let world = World::new();
        let store = world.store();
        let archive = Archive::open(&store).unwrap();
        let ledger = Ledger::read(&archive).unwrap();
        let deposits = ledger.deposits(&archive).unwrap();
        let parts = vec![Part::Count, Part::Find, Part::Test, Part::Open];
        let item = |word: &&str| Item { literal: Literal::new(Field::Word, word), parts: parts.clone() };
        let range = |manifest: &Manifest| Range {
            deposit: manifest.deposit.clone(),
            threshold: manifest.threshold,
            months: manifest.months().collect(),
        };
        let manifests: Vec<Manifest> = deposits.iter().map(|deposit| deposit.document.clone()).collect();
        let ask = Ask {
            origin: archive.config.origin.clone(),
            ranges: manifests.iter().map(range).collect(),
            items: words.iter().map(item).collect(),
        };
        let items: Vec<usize> = (0..words.len()).collect();
        let answers = ["alder", "birch"].map(|name| {
            let identity = world.identity(name);
            let keys =
                deposits.iter().map(|deposit| custody_keys(&archive, &ledger, deposit, &identity).unwrap());
            ask.answer(&keys.collect::<Vec<_>>(), &items).unwrap()
        });
        let tokens = combine(&ask, &answers).unwrap();
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Lab { _world: world, store, manifests, words, tokens }
    }

    fn four(&self, word: &str, deposit: usize, month: usize) -> Four {
        let item = self.words.iter().position(|known| known == word).unwrap();
        let month: Month = MONTHS[month].parse().unwrap();
        let token = |part| self.tokens.get(item, deposit, (month, part)).unwrap().clone();
        Four {
            count: token(Part::Count),
            find: token(Part::Find),
            test: token(Part::Test),
            open: token(Part::Open),
        }
    }

    fn table(&self, deposit: usize, file: &str) -> Table<'_> {
        let manifest = &self.manifests[deposit];
        let root = manifest.file(&format!("00000/{file}")).unwrap();
        Table::open(&self.store, &segment_path(&manifest.deposit, 0, file), root).unwrap()
    }

    /// The postings that `count` finds, as `find` shows them.
    fn postings(&self, deposit: usize, count: &Token, find: &Token) -> Vec<Found> {
        let table = self.table(deposit, "finder");
        postings(&table, 0, count).iter().map(|(at, entry)| Finder::new(find).read(*at, entry)).collect()
    }

    fn rows(&self, deposit: usize, four: &Four) -> Vec<Row> {
        let row = |found| match found {
            Found::Row(row, nonce) => Row { row, nonce },
            Found::Common(..) => panic!("a rare word is common"),
        };
        self.postings(deposit, &four.count, &four.find).into_iter().map(row).collect()
    }

    /// The opener entry under which `test` finds a row.
    fn opener(&self, deposit: usize, test: &Token, nonce: &Nonce) -> Option<Entry> {
        self.table(deposit, "opener").find(&Tester::new(test).label(nonce)).unwrap()
    }

    /// Whether `secret` opens the record at `row`.
    fn opens(&self, deposit: usize, row: u32, secret: &RowSecret) -> bool {
        let manifest = &self.manifests[deposit];
        let root = |file: &str| manifest.file(&format!("00000/{file}")).unwrap();
        let folder = format!("deposits/{}/00000", manifest.deposit);
        let records = Records::open(&self.store, &folder, (root("records"), root("offsets"))).unwrap();
        let record = records.get(row).unwrap();
        let sealed = &record[..record.len() - 2 * usize::from(manifest.context) * SLOT_BYTES];
        open_body(&body_key(secret, &manifest.deposit, Place { segment: 0, row }), sealed).is_ok()
    }
}

fn postings(finder: &Table<'_>, segment: u64, count: &Token) -> Vec<(Posting, Entry)> {
    let counter = Counter::new(count);
    let at = |number| Posting { segment, number };
    let found = (0..).map(|number| Some((at(number), finder.find(&counter.label(at(number))).unwrap()?)));
    found.map_while(|found| found).collect()
}

#[test]
fn the_right_tokens_find_and_open() {
    let lab = Lab::new(&[RARE]);
    for deposit in 0..2 {
        for month in 0..3 {
            let four = lab.four(RARE, deposit, month);
            let rows = lab.rows(deposit, &four);
            assert_eq!(rows.len(), 8, "eight messages a month hold the word");
            for row in rows {
                let entry = lab.opener(deposit, &four.test, &row.nonce).unwrap();
                let secret = Opener::new(&four.open).read(&row.nonce, &entry);
                assert!(lab.opens(deposit, row.row, &secret));
            }
        }
    }
}

#[test]
fn tokens_of_one_month_show_nothing_of_another() {
    let lab = Lab::new(&[RARE]);
    for (month, other) in [(0, 1), (1, 0), (1, 2), (2, 0)] {
        let (four, others) = (lab.four(RARE, 0, month), lab.four(RARE, 0, other));
        let (own, theirs) = (lab.rows(0, &four), lab.rows(0, &others));
        assert!(own.iter().all(|row| theirs.iter().all(|other| other.row != row.row)));
        for row in &own {
            assert!(lab.opener(0, &others.test, &row.nonce).is_none(), "another month's test token finds it");
            let entry = lab.opener(0, &four.test, &row.nonce).unwrap();
            assert!(!lab.opens(0, row.row, &Opener::new(&others.open).read(&row.nonce, &entry)));
        }
        assert_shows_no_row(&lab, (0, &own), &lab.postings(0, &four.count, &others.find));
        assert_shows_no_row(&lab, (0, &theirs), &lab.postings(0, &others.count, &four.find));
    }
}

#[test]
fn tokens_of_one_deposit_find_nothing_in_another() {
    let lab = Lab::new(&[RARE]);
    for (deposit, other) in [(0, 1), (1, 0)] {
        for month in 0..3 {
            let four = lab.four(RARE, deposit, month);
            assert!(lab.postings(other, &four.count, &four.find).is_empty());
            let rows = lab.rows(other, &lab.four(RARE, other, month));
            for row in rows {
                assert!(lab.opener(other, &four.test, &row.nonce).is_none());
                let entry = lab.opener(other, &lab.four(RARE, other, month).test, &row.nonce).unwrap();
                assert!(!lab.opens(other, row.row, &Opener::new(&four.open).read(&row.nonce, &entry)));
            }
        }
    }
}

#[test]
fn tokens_of_one_kind_are_none_of_another() {
    let lab = Lab::new(&[RARE]);
    let four = lab.four(RARE, 0, 1);
    let rows = lab.rows(0, &four);
    for stranger in [&four.find, &four.test, &four.open] {
        assert!(lab.postings(0, stranger, &four.find).is_empty(), "it counts, and is no count token");
    }
    for stranger in [&four.count, &four.test, &four.open] {
        assert_shows_no_row(&lab, (0, &rows), &lab.postings(0, &four.count, stranger));
    }
    for row in &rows {
        for stranger in [&four.count, &four.find, &four.open] {
            assert!(lab.opener(0, stranger, &row.nonce).is_none(), "it tests, and is no test token");
        }
        let entry = lab.opener(0, &four.test, &row.nonce).unwrap();
        for stranger in [&four.count, &four.find, &four.test] {
            let secret = Opener::new(stranger).read(&row.nonce, &entry);
            assert!(!lab.opens(0, row.row, &secret), "it opens, and is no open token");
        }
    }
}

#[test]
fn tokens_of_one_word_are_none_of_another() {
    let lab = Lab::new(&[RARE, OTHER_RARE]);
    let (four, others) = (lab.four(RARE, 0, 1), lab.four(OTHER_RARE, 0, 1));
    let rows = lab.rows(0, &four);
    let both: Vec<&Row> =
        rows.iter().filter(|row| lab.opener(0, &others.test, &row.nonce).is_some()).collect();
    assert_eq!(both.len(), 1, "one message a month holds both words, and only that one opens by both");
    assert_shows_no_row(&lab, (0, &rows), &lab.postings(0, &four.count, &others.find));
    for row in rows {
        let entry = lab.opener(0, &four.test, &row.nonce).unwrap();
        assert!(!lab.opens(0, row.row, &Opener::new(&others.open).read(&row.nonce, &entry)));
    }
}

#[test]
fn one_half_of_what_opens_opens_nothing() {
    let lab = Lab::new(&[RARE]);
    let four = lab.four(RARE, 0, 2);
    for row in lab.rows(0, &four) {
        let entry = lab.opener(0, &four.test, &row.nonce).unwrap();
        let masked: [u8; 16] = entry[16..].try_into().unwrap();
        assert!(!lab.opens(0, row.row, &Secret::new(masked)), "test alone, without open");
        assert!(!lab.opens(0, row.row, &Secret::new(row.nonce)), "find alone, without test");
        let zeros = Opener::new(&four.open).read(&row.nonce, &[0; 32]);
        assert!(!lab.opens(0, row.row, &zeros), "open alone, without test");
    }
}

#[test]
fn all_tokens_of_common_words_open_nothing() {
    let lab = Lab::new(&[FREQUENT]);
    for month in 0..3 {
        let four = lab.four(FREQUENT, 0, month);
        let postings = lab.postings(0, &four.count, &four.find);
        assert_eq!(postings.len(), 40, "it can be counted");
        for posting in postings {
            let Found::Common(row, nonce) = posting else { panic!("a common word finds a row") };
            assert!(lab.opener(0, &four.test, &nonce).is_none(), "its nonce leads to no row");
            assert!(!lab.opens(0, row % 600, &Opener::new(&four.open).read(&nonce, &[0; 32])));
        }
    }
}

#[test]
fn postings_of_one_segment_are_none_of_another() {
    let sealed = Sealed::new((2, 3), &Generated { count: 900, words: 6, seed: 5 }, 150);
    assert_eq!(sealed.manifest.segments.len(), 6);
    let keys = sealed.keys_of(&[0, 1]);
    let scope = Scope { origin: ORIGIN, deposit: DEPOSIT };
    let month: Month = "2023-01".parse().unwrap();
    let evaluate = |kind| {
        let input = scope.input(kind, month, &Literal::new(Field::Word, RARE));
        let parts = keys.iter().map(|(_, key)| MonthKey::new(key, month).answer(&input));
        parts.fold(Secret::new([0; 32]), |sum, part| xor(&sum, &part))
    };
    let (seek, show) = (evaluate(Kind::Seek), evaluate(Kind::Show));
    let (count, find, test) = (Part::Count.of(&seek), Part::Find.of(&seek), Part::Test.of(&show));
    let counts: Vec<usize> = (0..6)
        .map(|segment| postings(&sealed.table(segment, "finder"), segment.into(), &count).len())
        .collect();
    assert_eq!(&counts[..2], [3, 3], "the word is in both segments of the month");
    for segment in 0..6u32 {
        let finder = sealed.table(segment, "finder");
        for other in (0..6u64).filter(|other| *other != u64::from(segment)) {
            assert!(postings(&finder, other, &count).is_empty(), "segment {segment} answers for {other}");
        }
    }
    for (at, entry) in postings(&sealed.table(0, "finder"), 0, &count) {
        let Found::Row(row, nonce) = Finder::new(&find).read(at, &entry) else { panic!("common") };
        let moved = Finder::new(&find).read(Posting { segment: 1, ..at }, &entry);
        assert_ne!(moved, Found::Row(row, nonce));
        let label = Tester::new(&test).label(&nonce);
        assert!(sealed.table(0, "opener").find(&label).unwrap().is_some());
        assert!(sealed.table(1, "opener").find(&label).unwrap().is_none(), "the row is of another segment");
    }
}

#[test]
fn a_month_that_was_not_approved_stays_closed() {
    let world = World::new();
    let asked = world.ask(RARE, &["--since", "2023-02-01", "--until", "2023-02-28"]).done();
    assert_eq!(asked.json["epochs"], serde_json::json!(["2023-02"]));
    let id = asked.text("request");
    for name in ["alder", "birch"] {
        world.approve(name, &id).done();
    }
    let answer = world.query(&id).done();
    assert_eq!(answer.hits(), 16, "eight messages a deposit");
    for hit in answer.json["hits"].as_array().unwrap() {
        assert!(hit["time"].as_str().unwrap().starts_with("2023-02"), "{hit}");
    }

    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let examiner = world.identity("finch");
    let open = open_request(&archive, &ledger, &examiner, &id).unwrap();
    let tokens = collect(&archive, &ledger, &open, &examiner).unwrap().tokens;
    for deposit in 0..2 {
        for part in [Part::Count, Part::Find, Part::Test, Part::Open] {
            let held = MONTHS.map(|month| tokens.get(0, deposit, (month.parse().unwrap(), part)).is_some());
            assert_eq!(held, [false, true, false]);
        }
    }
}

/// Asserts that none of `shown` is a row of the month, nor leads to any row of the deposit.
#[track_caller]
fn assert_shows_no_row(lab: &Lab, (deposit, rows): (usize, &[Row]), shown: &[Found]) {
    for found in shown {
        let (Found::Row(row, nonce) | Found::Common(row, nonce)) = found;
        assert!(
            rows.iter().all(|real| real.row != *row || real.nonce != *nonce),
            "a wrong token shows a row"
        );
        assert!(rows.iter().all(|real| real.nonce != *nonce));
        for month in 0..3 {
            let test = lab.four(RARE, deposit, month).test;
            assert!(lab.opener(deposit, &test, nonce).is_none());
        }
    }
}
