//! What modified programs could do: an examiner's, a custodian's and an operator's, with their own
//! keys and the project's own library.

use blackbox_custody::{
    Archive, Identity, Public,
    approval::{Approval, ApprovalBody, DigestLine, Share},
    approve::{OpenRequest, open_request},
    archive::Entry,
    keys::custody_keys,
    ledger::Ledger,
    request::{Request, RequestBody},
    wrap::{pad, wrap},
};
use blackbox_format::{
    fields::Hex,
    merkle::sha256,
    note::{Note, Signer},
};
use blackbox_log::Kind;
use blackbox_query::plan::{Claim, Mode, Plan};
use blackbox_token::ask::Answers;

use super::{EXAMINER, World};

/// A time for what is forged.
pub const TIME: &str = "2026-01-01T09:00:00Z";

/// A request as a modified examiner's program would make it: `claim` and `request` are changed
/// before anything is hashed or signed.
pub struct ForgedRequest<'a> {
    /// The query of which the request begins as an honest one.
    pub query: &'a str,
    /// Its mode.
    pub mode: Mode,
    /// Changes its body.
    pub claim: &'a dyn Fn(&mut Claim),
    /// Changes its public part.
    pub request: &'a dyn Fn(&mut Request),
    /// Who signs it.
    pub signer: &'a str,
    /// Whose name it and its leaf give.
    pub by: &'a str,
}

impl Default for ForgedRequest<'_> {
    fn default() -> Self {
        ForgedRequest {
            query: super::history::RARE,
            mode: Mode::Open,
            claim: &|_| {},
            request: &|_| {},
            signer: EXAMINER,
            by: EXAMINER,
        }
    }
}

impl ForgedRequest<'_> {
    /// Signs it, and has the operator log it. Gives its id.
    pub fn log(&self, world: &World) -> String {
        let (request, note, body) = self.make(world);
        append(
            world,
            Entry {
                kind: Kind::Request,
                subject: &request.id,
                by: self.by,
                path: request.path(),
                document: &note,
                bodies: vec![body],
                time: TIME,
            },
        );
        request.id
    }

    /// The request, its signed note and its body's age file.
    pub fn make(&self, world: &World) -> (Request, Vec<u8>, Vec<u8>) {
        let store = world.store();
        let archive = Archive::open(&store).unwrap();
        let plan = Plan::new(&self.query.parse().unwrap(), self.mode, &archive.people.rules, &[]).unwrap();
        let mut claim = plan.claim();
        (self.claim)(&mut claim);
        let text = RequestBody { salt: Hex([7; 32]), claim }.to_text().unwrap();
        let examiner = archive.people.examiners.iter();
        let group = archive.people.everyone().unwrap();
        let body = wrap(&pad(&text), archive.people.overseers(&group).chain(examiner)).unwrap();
        let mut request = Request {
            id: String::new(),
            origin: archive.config.origin.clone(),
            archive: archive.hash,
            examiner: self.by.to_owned(),
            time: TIME.to_owned(),
            case: "FOI2023/9".to_owned(),
            basis: "FOIA 2000 s.1".to_owned(),
            purpose: "FOIA 2000 s.1".to_owned(),
            mode: self.mode,
            order: None,
            since: "2023-01-01".to_owned(),
            until: "2023-03-31".to_owned(),
            context: 0,
            expires: "2199-01-01".to_owned(),
            deposits: world.deposits.clone(),
            compartments: vec!["main".to_owned()],
            cites: None,
            commitment: Hex(sha256(text.as_bytes())),
            body: Hex(sha256(&body)),
        };
        (self.request)(&mut request);
        let text = request.to_text().unwrap();
        request.id = Request::id_of(&text);
        (request, Note::sign(text, &world.identity(self.signer)).to_bytes(), body)
    }
}

/// The operator appends a document and its leaf.
pub fn append(world: &World, entry: Entry<'_>) -> u64 {
    let store = world.store();
    Archive::open(&store).unwrap().append(&world.operator(), entry).unwrap()
}

/// A request as custodian `name` opens it.
pub fn opened(archive: &Archive<'_>, id: &str, identity: &Identity) -> OpenRequest {
    open_request(archive, &Ledger::read(archive).unwrap(), identity, id).unwrap()
}

/// Custodian `name` approves request `id` with a modified program: `answers` are changed before they
/// are hashed and encrypted, `approval` before it is signed. Logged, and the share handed over.
pub fn approve(
    world: &World,
    (name, id): (&str, &str),
    answers: &dyn Fn(&OpenRequest, &mut Answers),
    approval: &dyn Fn(&mut Approval),
) {
    let store = world.store();
    let archive = Archive::open(&store).unwrap();
    let identity = world.identity(name);
    let open = opened(&archive, id, &identity);
    let number = open.group.number(identity.verifier()).unwrap();
    let ledger = Ledger::read(&archive).unwrap();
    let items: Vec<usize> = (0..open.ask.items.len()).collect();
    let keys: Vec<_> = open
        .deposits
        .iter()
        .map(|deposit| custody_keys(&archive, &ledger, deposit, &identity).unwrap())
        .collect();
    let mut given = open.ask.answer(&keys, &items).unwrap();
    answers(&open, &mut given);
    let digests = digests(&open, &given);
    let share = Share { request: id.to_owned(), custodian: number, items: items.clone(), answers: given };
    let share = wrap(&share.encode().unwrap(), &archive.people.examiners).unwrap();
    let approved = open.ask.items.iter().map(|item| item.literal.to_string()).collect();
    let body = ApprovalBody { salt: Hex([8; 32]), approved }.to_text().unwrap();
    let readers: Vec<&Public> =
        archive.people.overseers(&open.group).chain(&archive.people.examiners).collect();
    let body = wrap(&pad(&body), readers).unwrap();
    let mut document = Approval {
        origin: archive.config.origin.clone(),
        archive: archive.hash,
        request: id.to_owned(),
        request_hash: open.request.leaf.document,
        custodian: name.to_owned(),
        number,
        time: TIME.to_owned(),
        log_size: archive.log.size(),
        log_root: Hex(archive.checkpoint().root),
        items,
        share: Hex(sha256(&share)),
        digests,
        body: Hex(sha256(&body)),
        proof: None,
    };
    approval(&mut document);
    let note = Note::sign(document.to_text().unwrap(), &identity).to_bytes();
    append(
        world,
        Entry {
            kind: Kind::Approval,
            subject: id,
            by: name,
            path: document.path(),
            document: &note,
            bodies: vec![body],
            time: TIME,
        },
    );
    std::fs::write(world.path("box").join(document.share_path()), share).unwrap();
}

fn digests(open: &OpenRequest, answers: &Answers) -> Vec<DigestLine> {
    let line = |item: usize| {
        let mut subsets: Vec<_> =
            open.ask.slots(item, Some(answers.custodian)).map(|slot| slot.subset).collect();
        subsets.sort_unstable();
        subsets.dedup();
        subsets.into_iter().map(move |subset| {
            let digest = open.ask.digest(&open.request.document.id, (item, subset), answers).unwrap();
            DigestLine { item, subset, digest }
        })
    };
    (0..open.ask.items.len()).flat_map(line).collect()
}
