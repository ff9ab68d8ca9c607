#!/usr/bin/env python3
"""Recomputes every vector in this folder by the prose of spec/ alone, without the project's code.

    pip install cryptography
    python3 spec/vectors/check.py
"""

import base64, hashlib, hmac, json, pathlib, re, struct, sys, unicodedata
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAGE, TILE = 4096, 128
PARTS = {"seek": ("count", "find"), "show": ("test", "open"), "context": ("context",), "exceptional": ("exceptional",)}
KIND = {part: kind for kind, parts in PARTS.items() for part in parts}


class Wrong(Exception):
    """An input that a reader must reject."""


def need(holds, what):
    if not holds:
        raise Wrong(what)


# --- README.md, "Conventions" ---------------------------------------------------------------------

def sha(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def encode(*parts):
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def aes(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def gcm_seal(key, plain):
    return AESGCM(key).encrypt(bytes(12), plain, None)


def gcm_open(key, sealed):
    try:
        return AESGCM(key).decrypt(bytes(12), sealed, None)
    except (InvalidTag, ValueError):
        raise Wrong("the box is not this key's")


def padme(size, floor):
    size = max(size, floor, 2)
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def leaf(data):
    return sha(b"\0" + data)


def root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + root(leaves[:split]) + root(leaves[split:]))


def subsets(needed, custodians):
    size = custodians - needed + 1
    return [bits for bits in range(1 << custodians) if bits.bit_count() == size]


def members(bits):
    return [number for number in range(9) if bits >> number & 1]


def written(bits):
    return ",".join(map(str, members(bits)))


def number(text, most):
    need(re.fullmatch(r"0|[1-9][0-9]*", text) and int(text) <= most, f"{text!r} is no number")
    return int(text)


def hexed(text, size):
    need(re.fullmatch(r"[0-9a-f]{%d}" % (2 * size), text), "no hex of the right length")
    return bytes.fromhex(text)


def month_number(text):
    need(re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) and "1970-01" <= text <= "2199-12", "no month")
    return int(text[:4]) * 12 + int(text[5:]) - 1


def months(first, last):
    return [f"{m // 12:04}-{m % 12 + 1:02}" for m in range(month_number(first), month_number(last) + 1)]


def threshold(text):
    match = re.fullmatch(r"([1-9]) of ([1-9])", text)
    need(match and int(match[1]) <= int(match[2]), "no threshold")
    return int(match[1]), int(match[2])


def subset(text):
    need(re.fullmatch(r"[0-8](,[0-8])*", text), "no subset")
    numbers = [int(part) for part in text.split(",")]
    need(all(a < b for a, b in zip(numbers, numbers[1:])), "members do not ascend")
    return sum(1 << number for number in numbers)


class Document:
    """README.md, "Documents"."""

    def __init__(self, text, kind):
        first = f"blackbox/v1 {kind}\n"
        need(text.startswith(first) and text.endswith("\n"), f"this is no {kind}")
        self.lines = []
        for line in text[len(first):].split("\n")[:-1]:
            match = re.fullmatch(r"(.+?): (.*)", line)
            need(match and not any(unicodedata.category(c) == "Cc" for c in line), "no field")
            need(match[2] == match[2].strip(), "blanks at an end")
            self.lines.append((match[1], match[2]))

    def next(self, name):
        need(self.lines and self.lines[0][0] == name, f"{name} is missing")
        return self.lines.pop(0)[1]

    def all(self, name):
        found = []
        while self.lines and self.lines[0][0] == name:
            found.append(self.lines.pop(0)[1])
        return found

    def end(self):
        need(not self.lines, "fields are left over")


def document(kind, fields):
    return f"blackbox/v1 {kind}\n" + "".join(f"{name}: {value}\n" for name, value in fields)


# --- token.md -------------------------------------------------------------------------------------

def month_key(subset_key, month):
    return mac(subset_key, encode(b"blackbox/v1/month", month.encode()))


def x_of(origin, deposit, kind, month, literal):
    field, term = literal.split(":", 1)
    parts = ["blackbox/v1/token", origin, deposit, kind, month, field, term]
    return encode(*(part.encode() for part in parts))


def function(month_keys, x):
    total = bytes(32)
    for key in month_keys:
        total = xor(total, mac(key, x))
    return total


def part_of(output, part):
    at = 16 * PARTS[KIND[part]].index(part)
    return output[at:at + 16]


def slots(setting, item, custodian):
    """Answers that a custodian owes for an item, in canonical order."""
    for month in setting["months"]:
        for part in setting["literals"][item][1]:
            for bits in subsets(setting["needed"], setting["custodians"]):
                if bits >> custodian & 1:
                    yield month, part, bits


def answer(setting, item, slot):
    month, part, bits = slot
    x = x_of(setting["origin"], setting["deposit"], KIND[part], month, setting["literals"][item][0])
    key = month_key(bytes.fromhex(setting["subset_keys"][written(bits)]), month)
    return part_of(mac(key, x), part)


def answers_of(setting, custodian):
    all_items = range(len(setting["literals"]))
    return b"".join(answer(setting, item, slot) for item in all_items for slot in slots(setting, item, custodian))


def read_answers(setting, custodian, items, data):
    need(len(set(items)) == len(items), "an item twice")
    given = {}
    for item in items:
        for slot in slots(setting, item, custodian):
            need(len(data) >= 16, "too short")
            given[(item, *slot)], data = data[:16], data[16:]
    need(not data, "too long")
    return given


def combine(setting, given):
    """Tokens by item, month and part; `given` has one dictionary a custodian."""
    known = {}
    for answers in given:
        for slot, token in answers.items():
            need(known.setdefault(slot, token) == token, "custodians disagree")
    tokens = {}
    for item, (_, parts) in enumerate(setting["literals"]):
        for month in setting["months"]:
            for part in parts:
                of = [known.get((item, month, part, bits)) for bits in subsets(setting["needed"], setting["custodians"])]
                if None not in of:
                    total = bytes(16)
                    for token in of:
                        total = xor(total, token)
                    tokens[item, month, part] = total
    return tokens


def digest(setting, request, item, bits, custodian):
    literal = setting["literals"][item][0]
    data = encode(b"blackbox/v1/digest", request.encode(), literal.encode(), struct.pack("<H", bits))
    for slot in slots(setting, item, custodian):
        if slot[2] == bits:
            data += answer(setting, item, slot)
    return sha(data)


def out_threshold_hmac(it):
    literal, parts = it["literals"][0]
    month, all_subsets = it["months"][0], subsets(it["needed"], it["custodians"])
    keys = {written(bits): month_key(bytes.fromhex(it["subset_keys"][written(bits)]), month) for bits in all_subsets}
    x = x_of(it["origin"], it["deposit"], KIND[parts[0]], month, literal)
    combined = {}
    for group in range(1, 1 << it["custodians"]):
        given = [read_answers(it, who, [0], answers_of(it, who)) for who in members(group)]
        tokens = combine(it, given)
        found = [tokens.get((0, month, part)) for part in parts]
        combined[written(group)] = None if None in found else b"".join(found).hex()
    return {
        "x": x.hex(),
        "month_keys": {name: key.hex() for name, key in keys.items()},
        "commitments": {name: sha(key).hex() for name, key in keys.items()},
        "answers": {name: mac(key, x).hex() for name, key in keys.items()},
        "f": function(keys.values(), x).hex(),
        "combined": combined,
    }


def out_token(it):
    keys = [month_key(bytes.fromhex(key), it["month"]) for key in it["subset_keys"]]
    out = {}
    for kind in it["kinds"]:
        x = x_of(it["origin"], it["deposit"], kind, it["month"], it["literal"])
        output = function(keys, x)
        tokens = {part: part_of(output, part).hex() for part in PARTS[kind]}
        out[kind] = {"x": x.hex(), "output": output.hex(), "tokens": tokens}
    return out


def out_answers(it):
    setting, custodians = it["setting"], []
    for who in range(setting["custodians"]):
        own = [bits for bits in subsets(setting["needed"], setting["custodians"]) if bits >> who & 1]
        lines = [f"{item} {written(bits)} {digest(setting, it['request'], item, bits, who).hex()}"
                 for item in range(len(setting["literals"])) for bits in own]
        order = [f"{month} {part} {written(bits)}" for month, part, bits in slots(setting, 0, who)]
        custodians.append({"order_of_item_0": order, "answers": answers_of(setting, who).hex(), "digests": lines})
    return {"custodians": custodians}


# --- archive.md -----------------------------------------------------------------------------------

def counter(it, part):
    return struct.pack("<QQ", it["segment"], 2 * it["number"] + part)


def mask(token, it):
    return aes(token, counter(it, 0)) + aes(token, counter(it, 1))[:4]


def out_finder(it):
    row, nonce = it["row"], bytes.fromhex(it["nonce"])
    if it["exceptional"]:
        masked = xor(struct.pack("<I", row) + nonce, mask(bytes.fromhex(it["exceptional"]), it))
        row, nonce = struct.unpack("<I", masked[:4])[0] & 0x7fffffff, masked[4:]
    plain = struct.pack("<I", row | (0x80000000 if it["common"] else 0)) + nonce
    label = mac(bytes.fromhex(it["count"]), counter(it, 0))[:12]
    own = mask(bytes.fromhex(it["find"]), it)
    return {"label": label.hex(), "plain": plain.hex(), "mask": own.hex(), "entry": (label + xor(plain, own)).hex()}


def out_opener(it):
    nonce = bytes.fromhex(it["nonce"])
    label = aes(bytes.fromhex(it["test"]), nonce)
    secret = xor(bytes.fromhex(it["secret"]), aes(bytes.fromhex(it["open"]), nonce))
    return {"label": label.hex(), "entry": (label + secret).hex()}


def body_key_input(at):
    place = struct.pack("<I", at["segment"]), struct.pack("<I", at["row"])
    return encode(b"blackbox/v1/body", at["deposit"].encode(), *place)


def body_key(at):
    return mac(bytes.fromhex(at["secret"]), body_key_input(at))


def commitment(key):
    return sha(b"blackbox/v1/commitment" + key)


def out_record(it):
    key = body_key(it["at"])
    record = commitment(key) + gcm_seal(key, bytes.fromhex(it["body"]))
    return {"body_key_input": body_key_input(it["at"]).hex(), "body_key": key.hex(),
            "commitment": commitment(key).hex(), "record": record.hex()}


def slot_key(it):
    return mac(bytes.fromhex(it["secret"]), encode(b"blackbox/v1/context", bytes.fromhex(it["context"])))


def out_context_slot(it):
    neighbour, plain = it["neighbour"], b"\xff" * 40
    if neighbour:
        plain = struct.pack("<II", neighbour["segment"], neighbour["row"]) + bytes.fromhex(neighbour["body_key"])
    return {"slot_key": slot_key(it).hex(), "slot": gcm_seal(slot_key(it), plain).hex()}


def month_root(key, covered):
    return root([leaf(sha(month_key(key, month))) for month in covered])


def out_month_root(it):
    key = bytes.fromhex(it["subset_key"])
    keys = [month_key(key, month) for month in months(it["first"], it["last"])]
    return {"first_input": encode(b"blackbox/v1/month", it["first"].encode()).hex(),
            "month_keys": [key.hex() for key in keys],
            "commitments": [sha(key).hex() for key in keys],
            "leaf_hashes": [leaf(sha(key)).hex() for key in keys],
            "root": root([leaf(sha(key)) for key in keys]).hex()}


def levels(length):
    out, count = [], -(-length // PAGE)
    while count:
        out.append(count)
        count //= TILE
    return out


def out_page_tree(it):
    leaves = [leaf(bytes([page % 251]) * PAGE) for page in range(it["pages"])]
    if it["tail"]:
        leaves.append(leaf(bytes([it["pages"] % 251]) * it["tail"]))
    length, tree, level = it["pages"] * PAGE + it["tail"], b"", leaves
    while level:
        tree += b"".join(level)
        level = [root(level[at:at + TILE]) for at in range(0, len(level) - TILE + 1, TILE)]
    return {"length": length, "levels": levels(length), "root": root(leaves).hex(), "tree_length": len(tree),
            "tree_sha256": sha(tree).hex(), "tree_first_hash": tree[:32].hex() or None,
            "tree_last_hash": tree[-32:].hex() or None}


def out_blob_entry(it):
    return {"entry": (bytes.fromhex(it["id"]) + struct.pack("<Q", it["length"]) + bytes.fromhex(it["root"])).hex()}


def u64(value):
    return struct.pack("<Q", value)


def i64(value):
    return struct.pack("<q", value)


def string(value):
    return u64(len(value.encode())) + value.encode()


def option(value, write):
    return b"\0" if value is None else b"\1" + write(value)


def sequence(values, write):
    return u64(len(values)) + b"".join(map(write, values))


def write_blob(blob):
    return bytes.fromhex(blob["id"]) + string(blob["identity"]) + u64(blob["size"]) + bytes.fromhex(blob["sha256"])


def write_attachment(it):
    return string(it["name"]) + string(it["media_type"]) + option(it["blob"], write_blob)


def write_message(it):
    return b"".join([
        u64(it["sequence"]), i64(it["time"]), string(it["written_time"]), string(it["platform"]),
        option(it["source_id"], string), option(it["chat"], string), string(it["from"]), sequence(it["to"], string),
        string(it["text"]), option(it["event"], string), sequence(it["attachments"], write_attachment),
        sequence(it["annotations"], lambda pair: string(pair[0]) + string(pair[1]))])


def write_further(it):
    return b"".join([
        sequence(it["names"], lambda person: string(person["written"]) + sequence(person["also"], string)),
        sequence(it["quoted"], lambda span: u64(span["start"]) + u64(span["end"])),
        sequence(it["texts"], lambda text: u64(text["attachment"]) + string(text["origin"]) + string(text["text"]))])


def write_conversation(it):
    return b"".join([string(it["platform"]), option(it["chat"], string), sequence(it["members"], string),
                     i64(it["first"]), i64(it["last"]), u64(it["messages"]), u64(it["events"])])


def out_body(it):
    if it == "drill":
        kind, content = 2, b""
    elif "register" in it:
        kind, content = 1, string(it["register"]["month"]) + sequence(it["register"]["conversations"], write_conversation)
    elif "further" in it["message"]:
        kind, content = 3, write_message(it["message"]) + write_further(it["message"]["further"])
    else:
        kind, content = 0, write_message(it["message"])
    plain = bytes([kind]) + struct.pack("<I", len(content)) + content
    plain += bytes(padme(len(plain), 256) - len(plain))
    read_body(plain)
    return {"kind": kind, "length": len(content), "content": content.hex(), "padded_length": len(plain),
            "padded_sha256": sha(plain).hex()}


class Bytes:
    """Reads fixed-width fields in order."""

    def __init__(self, data):
        self.data = data

    def take(self, size):
        need(len(self.data) >= size, "the content ends early")
        part, self.data = self.data[:size], self.data[size:]
        return part

    def u64(self):
        return struct.unpack("<Q", self.take(8))[0]

    def string(self):
        try:
            return self.take(self.u64()).decode()
        except UnicodeDecodeError:
            raise Wrong("a text is not UTF-8")

    def option(self, read):
        tag = self.take(1)[0]
        need(tag < 2, "an option is neither there nor not")
        return read() if tag else None

    def sequence(self, read):
        return [read() for _ in range(self.u64())]


def read_body(plain):
    need(len(plain) >= 5, "too short")
    kind, length = plain[0], struct.unpack("<I", plain[1:5])[0]
    content, padding = plain[5:5 + length], plain[5 + length:]
    need(len(content) == length and len(plain) == padme(5 + length, 256) and not any(padding), "not padded as it should be")
    it = Bytes(content)
    if kind in (0, 3):
        blob = lambda: (it.take(16), it.string(), it.u64(), it.take(32))
        attachment = lambda: (it.string(), it.string(), it.option(blob))
        it.take(16), it.string(), it.string(), it.option(it.string), it.option(it.string), it.string()
        it.sequence(it.string)
        text, _, attachments = it.string(), it.option(it.string), it.sequence(attachment)
        it.sequence(lambda: (it.string(), it.string()))
        if kind == 3:
            read_further(it, text.encode(), len(attachments))
    elif kind == 1:
        conversation = lambda: (it.string(), it.option(it.string), it.sequence(it.string), it.take(32))
        it.string(), it.sequence(conversation)
    else:
        need(kind == 2, "no kind of body")
    need(not it.data, "bytes are left over")


def read_further(it, text, attachments):
    names = it.sequence(lambda: (it.string(), it.sequence(it.string)))
    quoted = it.sequence(lambda: (it.u64(), it.u64()))
    texts = it.sequence(lambda: (it.u64(), it.string(), it.string()))
    need(names or quoted or texts, "a kind 3 with nothing further")
    need(all(len(also) <= 8 for _, also in names), "more than 8 names of one person")
    need(all(number < attachments for number, _, _ in texts), "a text of no attachment")
    end = 0
    for first, last in quoted:
        need(end <= first < last <= len(text), "ranges that do not ascend apart within the text")
        for at in (first, last):
            need(at == len(text) or text[at] & 0xC0 != 0x80, "a range that cuts a character")
        end = last


def root_line(text):
    parts = text.split(" ")
    need(len(parts) == 2, "no root line")
    return subset(parts[0]), hexed(parts[1], 32)


def read_manifest(text):
    doc, out = Document(text, "manifest"), {}
    out["origin"], out["archive"] = doc.next("origin"), hexed(doc.next("archive"), 32)
    out["deposit"], out["compartment"] = doc.next("deposit"), doc.next("compartment")
    doc.next("sealed"), doc.next("words"), doc.next("timezone")
    need(doc.next("small") in ("yes", "no"), "no flag")
    for line in doc.all("lacking"):
        parts = line.split(" ")
        need(len(parts) == 2, "no lacking line")
        month_number(parts[0]), number(parts[1], 2**64 - 1)
    out["threshold"] = threshold(doc.next("threshold"))
    number(doc.next("context"), 255)
    out["first"], out["last"] = doc.next("first-month"), doc.next("last-month")
    month_number(out["first"]), month_number(out["last"])
    out["month_roots"] = [root_line(line) for line in doc.all("month-root")]
    out["exceptional_roots"] = [root_line(line) for line in doc.all("exceptional-root")]
    for line in doc.all("custody"):
        parts = line.split(" ")
        need(len(parts) == 2 and hexed(parts[1], 32), "no custody line")
    for line in doc.all("segment"):
        parts = line.split(" ")
        need(len(parts) == 2, "no segment line")
        number(parts[0], 2**32 - 1), number(parts[1], 2**64 - 1)
    for line in doc.all("file"):
        parts = line.split(" ")
        need(len(parts) == 3 and hexed(parts[2], 32), "no file line")
        number(parts[1], 2**64 - 1)
    doc.end()
    return out


def out_manifest(it):
    fields = [("origin", it["origin"]), ("archive", it["archive"]), ("deposit", it["deposit"]),
              ("compartment", it["compartment"]), ("sealed", it["sealed"]), ("words", it["words"]),
              ("timezone", it["timezone"]), ("small", "yes" if it["small"] else "no")]
    fields += [("lacking", f"{month} {lost}") for month, lost in it["lacking"]]
    fields += [("threshold", it["threshold"]), ("context", it["context"]), ("first-month", it["first"]), ("last-month", it["last"])]
    fields += [("month-root", " ".join(line)) for line in it["month_roots"]]
    fields += [("exceptional-root", " ".join(line)) for line in it["exceptional_roots"]]
    fields += [("custody", " ".join(line)) for line in it["custody"]]
    fields += [("segment", f"{rows} {entries}") for rows, entries in it["segments"]]
    fields += [("file", f"{path} {length} {root}") for path, length, root in it["files"]]
    text = document("manifest", fields)
    read_manifest(text)
    return {"text": text, "months": months(it["first"], it["last"])}


# --- custody.md -----------------------------------------------------------------------------------

def custody_text(it):
    own = [bits for bits in subsets(it["needed"], it["custodians"]) if bits >> it["custodian"] & 1]
    fields = [("origin", it["origin"]), ("archive", it["archive"]), ("deposit", it["deposit"]),
              ("compartment", it["compartment"]), ("custodian", it["custodian"]),
              ("threshold", f"{it['needed']} of {it['custodians']}")]
    fields += [("key", f"{written(bits)} {it['subset_keys'][written(bits)]}") for bits in own]
    fields += [("exceptional-key", it["exceptional_key"])] if it["exceptional_key"] else []
    return document("custody", fields)


def out_custody(it):
    text = custody_text(it)
    return {"text": text, "sha256": sha(text.encode()).hex()}


def check_custody(it):
    doc, manifest = Document(it["custody"], "custody"), read_manifest(it["manifest"])
    need(doc.next("origin") == manifest["origin"], "another origin")
    need(hexed(doc.next("archive"), 32) == manifest["archive"], "another archive")
    need(doc.next("deposit") == manifest["deposit"], "another deposit")
    need(doc.next("compartment") == manifest["compartment"], "another compartment")
    custodian = number(doc.next("custodian"), 8)
    need(custodian == it["custodian"], "another custodian")
    need(threshold(doc.next("threshold")) == manifest["threshold"], "another threshold")
    covered = months(manifest["first"], manifest["last"])
    keys = [root_line(line) for line in doc.all("key")]
    exceptional = [hexed(line, 32) for line in doc.all("exceptional-key")]
    doc.end()
    need([bits for bits, _ in keys] == [bits for bits in subsets(*manifest["threshold"]) if bits >> custodian & 1], "other keys")
    need(len(exceptional) == bool(manifest["exceptional_roots"]), "a surplus or missing exceptional key")
    for bits, key in keys:
        need((bits, month_root(key, covered)) in manifest["month_roots"], "a key that is not committed to")
    for key in exceptional:
        need((1 << custodian, month_root(key, covered)) in manifest["exceptional_roots"], "a key that is not committed to")


# --- README.md, "Signed notes" --------------------------------------------------------------------

def key_id(name, key):
    return sha(name.encode() + b"\n\x01" + key)[:4]


def verifier_of(name, key):
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(bytes([1]) + key).decode()}"


def out_note(it):
    signers, lines = [], ""
    for signer in it["signers"]:
        secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signer["seed"]))
        key = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        ident, signature = key_id(signer["name"], key), secret.sign(it["text"].encode())
        lines += f"\u2014 {signer['name']} {base64.b64encode(ident + signature).decode()}\n"
        signers.append({"public_key": key.hex(), "key_id": ident.hex(), "verifier": verifier_of(signer["name"], key),
                        "signature": signature.hex()})
    note = it["text"] + "\n" + lines
    return {"signers": signers, "note": note, "sha256": sha(note.encode()).hex()}


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("no base64")
    need(base64.b64encode(data).decode() == text, "base64 in another writing")
    return data


def read_note(note):
    need(not any(unicodedata.category(c) == "Cc" and c != "\n" for c in note), "control characters")
    at = note.rfind("\n\n")
    need(at >= 0 and note.endswith("\n") and len(note) > at + 2, "no signatures")
    signatures = []
    for line in note[at + 2:-1].split("\n"):
        match = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
        need(match, "no signature line")
        data = unbase64(match[2])
        need(len(data) > 4, "no signature")
        signatures.append((match[1], data[:4], data[4:]))
    return note[:at + 1], signatures


SMALL_ORDER = {bytes.fromhex(key) for key in (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")}


def read_verifier(text):
    parts = text.split("+", 2)
    need(len(parts) == 3 and parts[0] and not re.search(r"\s", parts[0]), "no key")
    data = unbase64(parts[2])
    need(len(data) == 33 and data[0] == 1 and data[1:] not in SMALL_ORDER, "no Ed25519 key")
    need(verifier_of(parts[0], data[1:]) == text, "another key id")
    return parts[0], data[1:]


def check_signature(it):
    text, signatures = read_note(it["note"])
    name, key = read_verifier(it["verifier"])
    own = [data for by, ident, data in signatures if by == name and ident == key_id(name, key)]
    need(own and len(own[0]) == 64, "not signed")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(own[0], text.encode())
    except InvalidSignature:
        raise Wrong("the signature is wrong")


# --- faults ---------------------------------------------------------------------------------------

def check_page(it):
    tree = bytes.fromhex(it["tree"])
    count = levels(it["length"])[0]
    need(count <= TILE and len(tree) == 32 * count, "a tree of another length")
    hashes = [tree[at:at + 32] for at in range(0, len(tree), 32)]
    need(root(hashes) == bytes.fromhex(it["root"]), "the tree is not the one that was signed")
    need(it["number"] < count and hashes[it["number"]] == leaf(bytes([it["fill"]]) * it["size"]), "the page is not the one that was signed")


def check_record(it):
    key, record = body_key(it["at"]), bytes.fromhex(it["record"])
    need(record[:32] == commitment(key), "the commitment is not this key's")
    gcm_open(key, record[32:])


def check_slot(it):
    need(len(gcm_open(slot_key(it), bytes.fromhex(it["slot"]))) == 40, "no slot")


def check_combination(it):
    setting = it["setting"]
    items = list(range(len(setting["literals"])))
    combine(setting, [read_answers(setting, who, items, bytes.fromhex(data)) for who, data in it["answers"]])


OUTPUTS = {
    "encode": lambda it: {"bytes": encode(*map(bytes.fromhex, it["parts"])).hex()},
    "padme": lambda it: {"padded": [padme(size, it["floor"]) for size in it["sizes"]]},
    "subsets": lambda it: {
        "threshold": f"{it['needed']} of {it['custodians']}",
        "subsets": [written(bits) for bits in subsets(it["needed"], it["custodians"])],
        "bits": subsets(it["needed"], it["custodians"]),
        "unanimous": [written(bits) for bits in subsets(it["custodians"], it["custodians"])]},
    "page-tree": out_page_tree, "blob-entry": out_blob_entry, "body": out_body, "note": out_note,
    "manifest": out_manifest, "threshold-hmac": out_threshold_hmac, "token": out_token, "finder": out_finder,
    "opener": out_opener, "record": out_record, "context-slot": out_context_slot, "month-root": out_month_root,
    "custody": out_custody, "answers": out_answers,
}

FAULTS = {
    "fault-body-padding": lambda it: read_body(bytes.fromhex(it["hex"]) + bytes(it["zeros"])),
    "fault-body-encoding": lambda it: read_body(bytes.fromhex(it["hex"]) + bytes(it["zeros"])),
    "fault-manifest-writing": lambda it: read_manifest(it["text"]),
    "fault-note-form": lambda it: read_note(it["note"]),
    "fault-note-signature": check_signature,
    "fault-note-key": lambda it: read_verifier(it["verifier"]),
    "fault-page": check_page, "fault-record": check_record, "fault-context-slot": check_slot,
    "fault-custody": check_custody, "fault-disagreement": check_combination,
    "fault-answers": lambda it: read_answers(it["setting"], it["custodian"], it["items"], bytes.fromhex(it["answers"])),
}


def check(file):
    """Checks one file of vectors; returns how many cases it has."""
    subject = file["subject"]
    for case in file.get("cases", []):
        found = OUTPUTS[subject](case["in"])
        assert found == case["out"], f"{subject}, {case['name']}: computed {json.dumps(found, indent=1)}"
    if "accepted" in file:
        FAULTS[subject](file["accepted"])
    for fault in file.get("rejected", []):
        try:
            FAULTS[subject](fault["in"])
        except Wrong:
            continue
        raise AssertionError(f"{subject}: {fault['name']} is accepted")
    return len(file.get("cases", [])) + len(file.get("rejected", []))


def main():
    folder, cases = pathlib.Path(__file__).parent, 0
    files = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    assert set(files) == set(OUTPUTS) | set(FAULTS), set(files) ^ (set(OUTPUTS) | set(FAULTS))
    for name, file in files.items():
        assert file["subject"] == name, name
        cases += check(file)
    print(f"{len(files)} files, {cases} cases: as the prose says")


if __name__ == "__main__":
    sys.exit(main())
