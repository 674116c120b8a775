"""Holds the messages and conversations of get, store, sync, audit and hello against their README.md: a second implementation, written
from those and from messages.proto alone. The fields of messages are read from messages.proto, the limits from the tables of the README."""
import pathlib, re
HERE = pathlib.Path(__file__).resolve().parent
SCALARS = {"uint32": 0, "uint64": 0, "bool": False, "bytes": b"", "string": ""}
class Refused(Exception): pass
def need(condition, code="MALFORMED"):
    if not condition: raise Refused(code)
def limits_of(folder):
    rows = re.findall(r"^\| `([A-Z_0-9]+)` \| ([\d,]+) \|", (HERE / folder / "README.md").read_text(), re.M)
    return {name: int(number.replace(",", "")) for name, number in rows}
def schema_of(folder):  # {message: {field number: (name, type, repeated or optional)}}
    text = re.sub(r"//.*", "", (HERE / folder / "messages.proto").read_text())
    return {name: {int(n): (field, kind, label) for label, kind, field, n in re.findall(r"(repeated |optional |)(\w+) (\w+) = (\d+)", body)}
            for name, body in re.findall(r"message (\w+) \{(.*?)\}", text, re.S)}
# ---- README.md, "Framing": protobuf
def varint(x, i):
    value = shift = 0
    while True:
        need(i < len(x) and shift < 70); value |= (x[i] & 127) << shift; shift += 7; i += 1
        if x[i - 1] < 128: return value, i
def decoded(schema, name, x):
    fields = schema[name].values()
    message = {field: [] if label == "repeated " else SCALARS[kind] for field, kind, label in fields if label == "repeated " or (kind in SCALARS and not label)}
    i = 0
    while i < len(x):
        tag, i = varint(x, i); number, wire = tag >> 3, tag & 7; need(number > 0 and wire in (0, 1, 2, 5))
        if wire == 0: value, i = varint(x, i)
        else: length, i = varint(x, i) if wire == 2 else ({1: 8, 5: 4}[wire], i); need(i + length <= len(x)); value, i = x[i:i + length], i + length
        field, kind, label = schema[name].get(number, (None, None, None))
        if field is None: continue
        if kind in ("uint32", "uint64", "bool"): need(wire == 0 and (kind != "uint64" or value < 2**53)); value = value != 0 if kind == "bool" else value
        else: need(wire == 2); value = value if kind == "bytes" else value.decode() if kind == "string" else decoded(schema, kind, value)
        message[field] = message[field] + [value] if label == "repeated " else value
    return message
def split(x, length): need(len(x) % length == 0); return [x[i:i + length] for i in range(0, len(x), length)]
def ordered(items): need(all(a < b for a, b in zip(items, items[1:]))); return items
def cid(x, codecs=(0x55, 0x71)): need(len(x) == 36 and x[0] == 1 and x[1] in codecs and x[2:4] == b"\x12\x20"); return x
class Protocol:
    unknown = "MALFORMED"
    def __init__(self, folder, tools):
        self.folder, self.tools, self.schema, self.limit = folder, tools, schema_of(folder), {**limits_of("."), **limits_of(folder)}
    def most(self, count, name): need(count <= self.limit[name], "LIMIT")
    def read(self, x):  # (kind, its fields, the block beside it)
        message = decoded(self.schema, "Message", x); data = message.pop("data", None); need(message, self.unknown); need(len(message) == 1)
        [(kind, fields)] = message.items(); need((data is not None) == (kind == "block"))
        if data is not None: self.most(len(data), "MAX_BLOCK_BYTES")
        if kind == "refusal": self.most(len(fields["text"].encode()), "MAX_TEXT_BYTES")
        self.check(kind, fields); return kind, fields, data
    def told(self, kind, fields, data): return {"kind": kind, **fields, **({} if data is None else {"data": data})}
    def valid(self, x, v): return self.tools.same(self.told(*self.read(x)), v)
    def check(self, kind, fields): pass
    def refused(self, fields):  # what the caller hears of a refusal that came
        names = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", (HERE / "README.md").read_text(), re.M)
        raise Refused({int(n): code for n, code in names}.get(fields["code"], "INTERNAL"))
# ---- get/README.md
class Get(Protocol):
    REASONS = {1: "NOT_HELD", 3: "CANCELLED"}
    def check(self, kind, fields):
        if kind in ("want", "cancel"): self.most(len(fields["cids"]), "MAX_WANTS")
    def told(self, kind, fields, data):
        return super().told(kind, {**fields, "reason": self.REASONS.get(fields["reason"], "FAILED")} if kind == "missing" else fields, data)
    def talk(self, v):
        outstanding = {self.tools.hx(x) for x in v.get("asked", [])}
        for frame in v["frames"]:
            kind, fields, data = self.read(self.tools.hx(frame)); need(kind == "refusal" or (kind in ("want", "cancel", "complaint")) == (v["to"] == "holder"))
            if kind == "want":
                for x in fields["cids"]: need(cid(x) not in outstanding); outstanding.add(x); self.most(len(outstanding), "MAX_WANTS")
            elif kind == "complaint": cid(fields["cid"])
            elif kind == "refusal": self.refused(fields)
            elif kind in ("block", "missing"):
                need(fields["cid"] in outstanding, "LIMIT"); outstanding.remove(fields["cid"])
                if v["frames"][-1] == frame: need(data is not None, "INCOMPLETE"); need(self.tools.H(data) == fields["cid"][4:], "HASH_MISMATCH")
# ---- store/README.md
class Store(Protocol):
    def check(self, kind, f):
        if kind == "open": need(len(f["id"]) == self.limit["UPLOAD_ID_BYTES"])
        if kind in ("offer", "stored"): self.most(len(f["cids"]), "MAX_OFFER_CIDS")
        if kind == "offer": need(0 < len(f["cids"]) == len(f["sizes"]) and all(0 < x <= self.limit["MAX_BLOCK_BYTES"] for x in f["sizes"]))
        if kind == "done": self.most(len(f["entry"]), "MAX_ENTRY_BYTES")
        if kind == "receipt": need(len(f["entry"]) == self.limit["ENTRY_ID_BYTES"])
    def talk(self, v): return (self.listen if v["to"] == "listener" else self.dial)(v)
    def listen(self, v):  # what a dialer sends on a fresh stream
        uploads, offers, last = {}, 0, 0
        for frame in v["frames"]:
            kind, f, data = self.read(self.tools.hx(frame)); need(kind in ("open", "offer", "block", "done", "abort"))
            if kind == "open":
                need(f["upload"] > last); last = f["upload"]; uploads[last] = {"expected": f["expected"], "early": 0, "done": False, "open": v.get("opens", True)}
                self.most(len(uploads), "MAX_UPLOADS"); continue
            need(0 < f["upload"] <= last); one = uploads[f["upload"]]; need(not one["done"])
            if kind == "offer": [*map(cid, f["cids"])]; offers += not one["open"]; self.most(offers, "MAX_OFFERS")
            if kind == "done": one["done"] = True
            if kind != "block": continue
            cid(f["cid"]); one["early"] += len(data)
            if not one["open"]: need(one["expected"] > 0, "LIMIT"); self.most(max(one["expected"], one["early"]), "EARLY_BYTES")
            need(self.tools.H(data) == f["cid"][4:], "HASH_MISMATCH")
    def dial(self, v):  # what a listener sends when one upload was begun, number 1, and nothing else
        opened = False
        for frame in v["frames"]:
            kind, f, _ = self.read(self.tools.hx(frame)); need(kind in ("opened", "want", "credit", "stored", "receipt", "refusal"))
            if kind == "refusal": self.refused(f)
            if kind == "credit": need(f["bytes"] > 0); need(False, "LIMIT")  # nothing was taken of it, and nothing waits for a receipt
            need(f["upload"] == 1 and kind == "opened" and not opened); opened = True
# ---- sync/README.md
class Sync(Protocol):
    unknown = "UNSUPPORTED"
    def told(self, kind, fields, data): return {kind: fields}
    def digest(self, d): need(d is not None and len(d["sum"]) == self.limit["SUM_BYTES"])
    def prefixes(self, f, least):
        need(f["set"] in (1, 2, 3)); need(len(f["prefixes"]) >= least)
        for x in f["prefixes"]: need(re.fullmatch("([0-9a-f]{2,})?", x)); self.most(len(x), "LONGEST_PREFIX_DIGITS")
        ordered(f["prefixes"]); self.most(len(f["prefixes"]), "MAX_PREFIXES")
    def node(self, node):
        need(not (node["ids"] and node["children"])); ids = split(node["ids"], 32); self.most(len(ids), "LEAF_IDS"); ordered(ids); children = node["children"]
        self.most(len(children), "ROOT_CHILDREN"); need(all(c["digits"] < self.limit["ROOT_CHILDREN"] and c["count"] > 0 for c in children)); ordered([c["digits"] for c in children])
        [*map(self.digest, children)]; need(not children or sum(c["count"] for c in children) > self.limit["LEAF_IDS"])
    def page(self, f):
        need(f["entries"] or f["records"] or f.get("last")); need(all([*f["entries"], *f["records"]]))
        self.most(max(map(len, f["entries"]), default=0), "MAX_ENTRY_BYTES"); self.most(max(map(len, f["records"]), default=0), "MAX_RECORD_BYTES")
        self.most(len(f["entries"] + f["records"]), "MAX_PAGE_ENTRIES"); self.most(len(b"".join(f["entries"] + f["records"])), "MAX_PAGE_BYTES")
    def check(self, kind, f):
        if kind in ("start", "started"): self.digest(f.get("vault")); self.digest(f.get("file")); need(len(f.get("nonce", bytes(32))) == 32)
        if kind == "wait": self.most(f["ms"], "MAX_WAIT_MS")
        if kind == "ask": self.prefixes(f, 1)
        if kind == "found": self.most(len(f["nodes"]), "MAX_PREFIXES"); [*map(self.node, f["nodes"])]
        if kind == "want":
            ids, subjects = split(f["ids"], 32), split(f["subjects"], 38); self.most(len(ids), "MAX_WANTED_IDS"); self.most(len(subjects), "MAX_WANTED_SUBJECTS"); ordered(ids); ordered(subjects)
            if subjects: need(f["set"] == 0 and not ids and not f["prefixes"])
            else: self.prefixes(f, 0 if ids else 1)
        if kind in ("page", "give", "live"): self.page(f)
        if kind in ("taken", "heard"): ids = split(f["left"], 32); self.most(len(ids), "MAX_PAGE_ENTRIES"); ordered(ids)
        if kind == "askHeads": need(len(f["after"]) in (0, 38))
        if kind == "heads": self.most(len(f["heads"]), "MAX_HEADS"); need(f["heads"] or f["last"]); need(all(len(h["subject"]) == 38 for h in f["heads"])); ordered([h["subject"] for h in f["heads"]])
    def id(self, x):
        entry = self.tools.decode(x); need(type(entry) is list and [*map(type, entry)] == [bytes] * 3)
        return self.tools.H(self.tools.L("entry"), self.tools.H(entry[0]), self.tools.H(entry[1]))
    def total(self, ids): return len(ids), (sum(int.from_bytes(x) for x in ids) % 2**256).to_bytes(32)
    def keyed(self, v):  # the digest of what lies below a prefix in a checked round
        ids = [self.tools.hx(x) for x in v["ids"]]
        return self.tools.H(self.tools.L("sync"), self.tools.hx(v["leader"]), self.tools.hx(v["answerer"]), *sorted(ids)).hex() == v["sum"] and len(ids) == v["count"]
    def talk(self, v):  # what is said to the side that was dialled and leads nothing
        led = False
        for frame in v["frames"]:
            kind, f, _ = self.read(self.tools.hx(frame))
            if kind == "start": need(not led); led, checked = True, "nonce" in f
            elif kind == "done": need(led); led = False
            elif kind in ("ask", "want", "give", "askHeads"):
                need(led and (f.get("set") != 3 or checked))
                if kind == "give": [*map(self.id, f["entries"])]
            else: need(kind in ("live", "behind"))  # no answer is owed: neither page nor taken, found, heads, heard; nor pages that go on
# ---- audit/README.md
class Audit(Protocol):
    STATES = ["none", "held", "cannot", "leaving"]; PROMISES = ["NOT_HELD", "YES", "LEAVING", "TOO_MANY"]
    def check(self, kind, f):
        most = {"have": ("groups", "MAX_GROUPS"), "states": ("states", "MAX_GROUPS"), "keep": ("groups", "MAX_KEEP_GROUPS"), "kept": ("answers", "MAX_KEEP_GROUPS"),
                "challenge": ("ranges", "MAX_RANGES"), "proofs": ("proofs", "MAX_RANGES")}
        if kind in most: self.most(len(f[most[kind][0]]), most[kind][1])
        for proof in f.get("proofs", []): need((len(proof["hash"]), proof["reason"] > 0) in ((32, False), (0, True)))
    def state(self, b):
        if self.limit["DOUBTS_FROM"] < b <= self.limit["DOUBTS_FROM"] + self.limit["MAX_DOUBTS"]: return {"state": "held", "doubts": b - self.limit["DOUBTS_FROM"]}
        if self.limit["COMING_FROM"] <= b < self.limit["COMING_FROM"] + 100: return {"state": "coming", "percent": b - self.limit["COMING_FROM"]}
        return {"state": self.STATES[b] if b < 4 else "none"}
    def told(self, kind, f, data):
        if kind == "states": f = {**f, "states": [*map(self.state, f["states"])]}
        if kind == "kept": f = {**f, "answers": [self.PROMISES[b] if b < 4 else "NOT_HELD" for b in f["answers"]]}
        if kind == "proofs": f = {**f, "proofs": [{"hash": p["hash"]} if p["hash"] else {"reason": "NOT_HELD" if p["reason"] == 1 else "FAILED"} for p in f["proofs"]]}
        return super().told(kind, f, data)
    def groups(self, f, most):
        need(f["groups"])
        for run in f["groups"]: cid(run["root"], (0x71,)); need(run["count"] > 0); need(run["first"] + run["count"] <= self.limit["MAX_VERSION_GROUPS"])
        self.most(sum(run["count"] for run in f["groups"]), most)
    def talk(self, v):
        questions = 0
        for frame in v["frames"]:
            kind, f, _ = self.read(self.tools.hx(frame))
            if v["to"] == "asker":  # question 0 is open, about one group or one range
                if kind == "refusal": self.refused(f)
                need(kind in ("states", "kept", "proofs", "wait") and f["question"] == 0); need(kind != "wait", "LIMIT")
                need(kind == {"have": "states", "challenge": "proofs"}[v["asked"]] and len(f["states" if kind == "states" else "proofs"]) == 1); continue
            need(kind in ("have", "keep", "challenge")); questions += 1; need(questions == 1, "LIMIT")
            if kind != "challenge": self.groups(f, "MAX_GROUPS" if kind == "have" else "MAX_KEEP_GROUPS"); continue
            need(len(f["nonce"]) == self.limit["NONCE_BYTES"] and f["ranges"])
            for r in f["ranges"]: cid(r["cid"]); need(r["length"] > 0); self.most(r["length"], "MAX_RANGE_BYTES"); need(r["offset"] + r["length"] <= self.limit["MAX_BLOCK_BYTES"])
# ---- hello/README.md
class Hello(Protocol):
    unknown = "UNSUPPORTED"
    def told(self, kind, fields, data): return {kind: fields}
    def chain_form(self, chain):
        need(chain and all(chain)); self.most(len(chain), "MAX_ADMITS"); self.most(sum(map(len, chain)), "MAX_ADMITS_BYTES")
    def check(self, kind, f):
        if kind == "greet": need(len(f["mac"]) == self.limit["MAC_BYTES"])
        if kind == "admits": self.chain_form(f["admits"])
        if kind == "grant": need(len(f["vault"]) == 32 and f["grant"])
        for key in ("invite", "certificate", "grant"): need(f.get(key, True)); need(len(f.get(key, b"")) <= 1024, "LIMIT")
        if kind == "welcome":
            need(len(f["meet"]) == len(f.get("vaultSecret", bytes(32))) == 32 and all(len(x) == 32 for x in f["reads"])); self.most(len(f["reads"]), "MAX_EPOCHS")
            self.chain_form(f["admits"]); self.chain_form(f["witness"])
        need(f.get("revoke", True)); need(len(f.get("revoke", b"")) <= 8192, "LIMIT")
        self.most(len(f.get("writers", [])), "MAX_WRITERS")
        for w in f.get("writers", []): need(len(w["peer"]) == 38); need(len(w["addresses"]) <= 4 and max(map(len, w["addresses"]), default=0) <= 512 and len(w["label"].encode()) <= 64, "LIMIT")
    def chain(self, admits, peer, vault):  # the member at its front
        first = by = None
        for x in admits:
            try: _, m, *_ = self.tools.entry(x)
            except (KeyError, TypeError, ValueError): need(False)
            need(m["kind"] == "admit"); need(m["vault"] == vault, "WRONG_VAULT"); certificate = self.tools.decode(self.tools.decode(m["body"]["member"])[0])
            if first is None: need(certificate["subject"] == peer, "REFUSED"); first = {**certificate, "signed": m["body"]["member"]}
            else: need(certificate.get("writer") == by, "UNKNOWN_WRITER")
            by = m["writer"]
            if certificate["by"] == vault and certificate.get("writer") == by: return first
        raise Refused("UNKNOWN_WRITER")
    def listen(self, v, all):  # what the dialer says to the listener
        t, turn = self.tools, 0; sides = [t.hx(all["peers"][all["conversations"][side]]) for side in ("dialer", "listener")]
        for frame in v["frames"]:
            kind, f, _ = self.read(t.hx(frame)); need(kind == ("greet", "admits", "greeted")[turn])
            if turn == 0: need(f["mac"] == t.MAC(t.hx(all["meet"]), t.L("hello"), b"\1", *sides), "REFUSED")
            if turn == 1: self.chain(f["admits"], sides[0], t.hx(all["vault"]))
            turn += 1
    def welcomed(self, v, all):  # what a joiner takes of a welcome
        t, joining = self.tools, all["joining"]; vault, invite, good = t.hx(all["vault"]), joining["invite"], joining["welcome"]
        keys = {**good["keys"], **v.get("keys", {})}; reads, meet = [t.hx(x) for x in keys["reads"]], t.hx(keys["meet"])
        chains = [[t.hx(all["admits"][name]) for name in v.get(key, good[key])] for key in ("admits", "witness")]
        need(keys["epoch"] >= invite["epoch"] and (keys["epoch"] > invite["epoch"] or meet == t.hx(invite["meet"])), "INVALID_DATA")
        need(len(reads) == (0 if invite["role"] == "store" else keys["epoch"] + 1) and ("vaultSecret" in keys) == (invite["role"] == "owner"), "INVALID_DATA")
        if reads: need(t.MAC(reads[invite["epoch"]], t.L("check")) == t.hx(invite["check"]) and t.KDF(reads[-1], "meet") == meet, "INVALID_DATA")
        own = self.chain(chains[0], t.hx(all["peers"][joining["joiner"]]), vault); need(own["signed"] == t.hx(joining["certificate"]) and own["role"] == invite["role"], "INVALID_DATA")
        need(self.chain(chains[1], t.hx(all["peers"][joining["witness"]]), vault)["role"] in ("owner", "write"), "INVALID_DATA"); return True
def run(tools, vectors):
    for kind in (Get, Store, Sync, Audit):
        folder = kind.__name__.lower(); v, protocol = vectors[folder], kind(folder, tools)
        tools.judge(folder, v["valid"], lambda x: protocol.valid(tools.hx(x["frame"]), x["message"]))
        tools.judge(folder, v["bad"], lambda x: protocol.read(tools.hx(x["frame"])))
        tools.judge(folder, v["conversations"], protocol.talk)
    v, sync = vectors["sync"], Sync("sync", tools)
    tools.judge("sync", [{"name": "id", **x} for x in v["held"]["vault"] + v["held"]["file"]], lambda x: sync.id(tools.hx(x["entry"])) == tools.hx(x["id"]))
    tools.judge("sync", [{"name": "digest", **x} for x in v["digests"]], lambda x: sync.total([tools.hx(i) for i in x["ids"]]) == (x["count"], tools.hx(x["sum"])))
    tools.judge("sync", [{"name": "keyed", **x} for x in v["keyed"]], sync.keyed)
    v, hello = vectors["hello"], Hello("hello", tools); vault = tools.hx(v["vault"])
    tools.judge("hello", v["messages"]["valid"], lambda x: hello.valid(tools.hx(x["frame"]), x["message"]))
    tools.judge("hello", v["messages"]["bad"], lambda x: hello.read(tools.hx(x["frame"])))
    shown = lambda x: hello.chain([tools.hx(v["admits"][name]) for name in x["admits"]], tools.hx(x["peer"]), vault)
    tools.judge("hello", v["chains"]["valid"], lambda x: (shown(x)["role"], shown(x)["label"]) == (x["role"], x["label"]))
    tools.judge("hello", v["chains"]["bad"], shown)
    tools.judge("hello", v["conversations"]["bad"], lambda x: hello.listen(x, v))
    tools.judge("hello", [{"name": "welcome"}, *v["joining"]["bad"]], lambda x: hello.welcomed(x, v))
