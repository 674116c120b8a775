#!/usr/bin/env python3
"""Holds the vectors beside it against the specs: a second implementation, written from the README.md files alone.
Python 3.11 and openssl (AES-256-CTR, Ed25519, X25519). Not judged: children, form of entries, history. Messages and conversations: check_messages.py."""
import base64, binascii, collections, functools, hashlib, hmac, json, math, pathlib, subprocess, sys, tempfile
import check_messages
Refused = check_messages.Refused
def need(condition, code="INVALID_DATA"):
    if not condition: raise Refused(code)
def openssl(stdin, *words): return subprocess.run(["openssl", *words], input=stdin, capture_output=True)
# ---- README.md: notation, padding, Seal
H = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
L = lambda name: b"dfs/1/" + name.encode() + b"\0"
MAC = lambda key, *parts: hmac.digest(key, b"".join(parts), "sha256")
KDF = lambda key, name: MAC(MAC(bytes(32), key), L(name), b"\1")
def pad(n): unit = 1 << min(max(max(n, 1).bit_length() - 5, 8), 20); return -(-max(n, 1) // unit) * unit
def gcm(key, aad, text, opening=False):  # counter mode from 0, not 2: GHASH's key and the mask of the tag come first
    stream = openssl(bytes(32) + text, "enc", "-aes-256-ctr", "-K", MAC(key, L("aes")).hex(), "-iv", "0" * 32).stdout
    power, y, rows, parts = int.from_bytes(stream[:16]), 0, [[0] * 256 for _ in range(16)], [aad, text if opening else stream[32:]]
    for row in rows:  # row[b] is byte b at this place, times GHASH's key
        for bit in range(8): row[128 >> bit], power = power, power >> 1 ^ (power & 1) * (0xe1 << 120)
        for b in range(1, 256): row[b] = row[b & -b] ^ row[b & b - 1]
    hashed = b"".join(x + bytes(-len(x) % 16) for x in parts) + b"".join((8 * len(x)).to_bytes(8) for x in parts)
    for i in range(0, len(hashed), 16):
        x, y = (y ^ int.from_bytes(hashed[i:i + 16])).to_bytes(16), 0
        for row, b in zip(rows, x): y ^= row[b]
    return stream[32:], (y ^ int.from_bytes(stream[16:32])).to_bytes(16)
def seal(key, aad, text): return MAC(key, L("commit")) + b"".join(gcm(key, aad, text))
def unseal(key, aad, sealed):
    need(len(sealed) >= 48 and sealed[:32] == MAC(key, L("commit")))
    text, tag = gcm(key, aad, sealed[32:-16], opening=True); need(tag == sealed[-16:]); return text
# ---- block/README.md
class Link(bytes): pass
def cid(x): need(len(x) == 36 and x[:2] in (b"\1\x55", b"\1\x71") and x[2:4] == b"\x12\x20", "MALFORMED"); return x
def named(codec, block): return bytes([1, codec, 18, 32]) + H(block)
def base32(x): return base64.b32encode(x).decode().lower().rstrip("=")
def decode(x, code="MALFORMED"):
    def item(i, depth, ok=lambda condition: need(condition, code)):
        ok(i < len(x)); major, n, i, wide = x[i] >> 5, x[i] & 31, i + 1, 1 << max(x[i] & 31, 24) - 24
        if major == 7: ok(n in (20, 21)); return n == 21, i
        if n > 23: ok(n < 28); n, i = int.from_bytes(x[i:i + wide]), i + wide; ok(i <= len(x) and n >= (24 if wide == 1 else 1 << 4 * wide))
        if major < 2: ok(n < 2**53 - major); return -1 - n if major else n, i
        if major < 4: ok(i + n <= len(x)); return x[i:i + n].decode() if major == 3 else x[i:i + n], i + n
        if major == 6: ok(x[i - 2:i + 3] == b"\xd8\x2a\x58\x25\0"); link, i = item(i, depth); return Link(cid(link[1:])), i
        values = []; ok(depth < 8)
        for _ in range(n * (major - 3)): value, i = item(i, depth + 1); values.append(value)
        keys = values[::2] if major == 5 else []; ok(all(type(key) is str for key in keys) and keys == sorted({*keys}, key=lambda k: (len(k.encode()), k)))
        return dict(zip(keys, values[1::2])) if major == 5 else values, i
    value, end = item(0, 0); need(end == len(x), code); return value
def manifest(block):  # what anybody can check of it alone
    m = decode(block, "INVALID_DATA")
    need(type(m) is dict and {*m} == {"v", "level", "links", "sizes", "bytes", "sealed"} and type(m["sealed"]) is bytes)
    level, links, sizes, total, inner = m["level"], m["links"], m["sizes"], m["bytes"], len(m["sealed"]) - 56
    need(all(type(x) is int for x in (m["v"], level, total)) and m["v"] == 1 and 0 <= level <= 2 and type(links) is type(sizes) is list)
    need(all(type(x) is Link and x[1] == (0x71 if level else 0x55) for x in links) and len(sizes) == len(links) <= 1024)
    need(all(type(x) is int and 0 < x <= 1114112 for x in sizes)); d = total - 48 * len(links)
    need(inner == 32 * len(links) if links else inner == pad(inner) <= 262144 and level == total == 0)
    need(level or not links or total == sum(sizes) and {*sizes[:-1]} <= {1048624} and -(-d >> 20) == len(links) and 262144 < pad(d) == d)
    return m
# ---- file/README.md
def chunk(key, block, size): plain = unseal(key, b"", block); need(size <= len(plain) and not any(plain[size:])); return plain
def opened(key, block):  # a root: its size, what follows that in the private half, links, and both halves (`sealed` is the last key)
    m = manifest(block); n, level, cut = len(m["links"]), m["level"], block.rindex(b"\x66sealed", 0, -len(m["sealed"]))
    public = b"\xa5" + block[1:cut]; private = unseal(key, public, m["sealed"]); size, rest = int.from_bytes(private[:8]), private[8:]
    need(size < 2**53 and (-(-size >> 20 + 10 * level) == n if n else pad(size) == len(rest) and not any(rest[size:])))
    need(n != 1 if level else not n or 262144 < size and pad(size) == m["bytes"] - 48 * n)
    return size, rest, m["links"], public, private
# ---- vault/README.md
P, ORDER, SCRATCH = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, tempfile.TemporaryDirectory()
Y8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"); SMALL = {0, 1, P - 1, Y8, P - Y8}
def public_key(seed, algorithm="70"):  # 70 is Ed25519, 6e is X25519
    der = bytes.fromhex(f"302e020100300506032b65{algorithm}04220420") + seed
    return openssl(der, "pkey", "-inform", "DER", "-pubout", "-outform", "DER").stdout[-32:]
@functools.cache
def verify(key, message, sig):
    need(len(key) == 32 and len(sig) == 64 and int.from_bytes(sig[32:], "little") < ORDER)
    need(all(y < P and y not in SMALL for y in (int.from_bytes(x, "little") % 2**255 for x in (key, sig[:32]))))
    files = {"-inkey": bytes.fromhex("302a300506032b6570032100") + key, "-in": message, "-sigfile": sig}
    for name, content in files.items(): pathlib.Path(SCRATCH.name, name).write_bytes(content)
    words = [word for name in files for word in (name, f"{SCRATCH.name}/{name}")]
    need(openssl(None, "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", *words).returncode == 0); return True
def signed(x): inner, *sigs = decode(x); m = decode(inner); return m, L(m["type"]) + H(inner), sigs
def invite(x, vault): m, over, sigs = signed(x); need(m["vault"] == vault and len(sigs) == 1); verify(vault, over, sigs[0]); return m
def member(x, invited, vault):
    m, over, sigs = signed(x); keys = [m["by"], m["subject"][6:]] + [m.get("writer")] * (m["role"] in ("owner", "write"))
    terms = invite(invited, vault) if invited else {**m, "key": vault}
    need(m["vault"] == vault and m["by"] == terms["key"] and (m["by"] == vault) == (not invited) and len(sigs) == len(keys))
    need(all(m.get(key) == terms.get(key) for key in ("role", "operator", "label", "maxCapacity")))
    return all(verify(key, over, sig) for key, sig in zip(keys, sigs)) and m
def entry(x):
    public, sealed, sig = decode(x); m = decode(public); verify(m["writer"], L("entry") + H(public) + H(sealed), sig)
    if m["kind"] == "admit": member(m["body"]["member"], m["body"].get("invite"), m["vault"])
    return H(L("entry"), H(public), H(sealed)), m, public, sealed
def private(x, keys):
    _, m, public, sealed = entry(x); s = sealed[:32]; key = MAC(keys["entry"], L("entry-key"), s)
    p = unseal(key, public, sealed[32:]); n = 2 + int.from_bytes(p[:2]); need(s == MAC(keys["entry"], L("entry-siv"), H(public), H(p)))
    need(2 <= n <= len(p) == -(-n // 128) * 128 and not any(p[n:]), "MALFORMED"); fields = decode(p[2:n])
    props = fields.get("props", {"a": ""})  # keys that are not known are read over
    need(type(props) is dict and 1 <= len(props) <= 64 and "" not in props and {*map(type, props.values())} == {str} and sum(len(x.encode()) for x in [*props, *props.values()]) <= 2048, "MALFORMED")
    fields = {k: v for k, v in fields.items() if k in (("name", "lineage", "key", "size", "mtime", "type", "label", "props") if "root" in m else ("name", "lineage") if "clock" in m else ("name",))}
    need(m["tag"] == MAC(keys["name"], L("tag"), fields["name"].encode()) and not {"", ".", ".."} & {*fields["name"].split("/")}); return fields
RECORD = {"v": int, "vault": bytes, "subject": bytes, "life": int, "n": int, "time": int, "addresses": list, "capacity": int, "accepting": bool, "heads": list}
def record(x):
    need(len(x) <= 8192, "MALFORMED"); outer = decode(x); need(type(outer) is list and [*map(type, outer)] == [bytes] * 2, "MALFORMED"); m = decode(outer[0])
    need(type(m) is dict and {key: type(value) for key, value in m.items() if key != "label"} == RECORD and m["v"] == 1 and len(outer[1]) == 64, "MALFORMED")
    need("label" not in m or (type(m["label"]) is str and 1 <= len(m["label"].encode()) <= 64), "MALFORMED")
    need(len(m["vault"]) == 32 and len(m["subject"]) == 38 and m["subject"][:6] == bytes.fromhex("002408011220"), "MALFORMED")
    need(min(m["life"], m["n"]) >= 1 and min(m["time"], m["capacity"]) >= 0, "MALFORMED"); lists = m["addresses"], m["heads"]
    need(all(len(x) <= 16 and {*map(type, x)} <= {bytes} for x in lists) and all(0 < len(x) <= 512 for x in lists[0]), "MALFORMED")
    need(all(len(x) == 32 for x in lists[1]) and lists[1] == sorted({*lists[1]}), "MALFORMED"); verify(m["subject"][6:], L("record") + H(outer[0]), outer[1])
    return m
def age(x): m = record(x); return m["life"], m["n"], H(x)
SETTINGS = {"copies": (0, 1024, 3), "durable": (1, 1024, None), "keep": (0, 10**6, 10), "retention": (0, 3153600 * 10**6, 2592 * 10**6)}
def unknown(entries, limits):  # what is kept of one writer: the lowest ids, while what is below is within both limits
    kept, used = [], 0
    for x in sorted(entries, key=lambda x: x["id"]): kept += [x["id"]] if len(kept) < limits["entries"] and used < limits["bytes"] else []; used += x["bytes"]
    return kept
def settings(x):  # a key that is out of its range is as if it was missing
    m, found = decode(x), {key: default for key, (*_, default) in SETTINGS.items() if default is not None}
    for key, (low, high, _) in SETTINGS.items(): found |= {key: m[key]} if type(m.get(key)) is int and low <= m[key] <= high else {}
    return found | {"scope": "vault" if m.get("scope") == "vault" else "lineage"}
GRANT = {"v": int, "vault": bytes, "link": bytes, "root": Link, "notAfter": int, "by": bytes}
def granted(x):  # what a grant says, and whether its own key signed it
    outer = decode(x); need(len(x) <= 1024 and type(outer) is list and [*map(type, outer)] == [bytes] * 2, "MALFORMED"); m = decode(outer[0])
    need(type(m) is dict and {key: type(value) for key, value in m.items()} == GRANT and m["v"] == 1 and m["notAfter"] >= 0, "MALFORMED")
    need([len(m[key]) for key in ("vault", "link", "by")] == [32, 16, 32] and m["root"][1] == 0x71, "MALFORMED")
    return m, lambda: verify(m["by"], L("grant") + H(outer[0]), outer[1])
def visit(v):  # what a member of this vault says to who shows it
    m, holds = granted(hx(v["grant"])); need(m["vault"] == hx(v["vault"]), "WRONG_VAULT"); by = "counts" if m["by"] == m["vault"] else v["writer"]
    need(by != "unknown", "UNKNOWN_WRITER"); need(by == "counts" and m["link"].hex() not in v["revoked"], "REVOKED")
    need(v["now"] <= m["notAfter"], "EXPIRED"); return holds()
SPACE = [*range(9, 14), 0x20, 0x85, 0xa0, 0x1680, *range(0x2000, 0x200b), 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]
def read(kind, words):
    words = words.translate(dict.fromkeys(SPACE) | {i: i + 32 for i in range(65, 91)}); prefix = f"dfs-{kind}1"
    x = base64.b32decode(words[len(prefix):].upper() + "=" * (-len(words[len(prefix):]) % 8))
    need(words == prefix + base32(x) and x[-4:] == H(L("text"), prefix.encode(), b"\0", x[:-4])[:4], "MALFORMED")
    m = decode(x[:-4]); need(kind != "invite" or invite(m["invite"], m["vault"])["key"] == public_key(m["secret"]))
    if kind == "link": g, holds = granted(m["grant"]); need((g["vault"], g["root"]) == (m["vault"], m["root"])); holds()
    return m
# ---- placement/README.md
def slot(seed, group): return int.from_bytes(H(L("slot"), seed, group.to_bytes(8))[:2])
def rank(peer, slot): return int.from_bytes(H(L("rank"), peer, (slot // 4).to_bytes(8))[slot % 4 * 8:][:8])
def capacity_class(n): return (n**4).bit_length() - 1 - 120
def score(h, cls): return -math.log((float(h) + 0.5) / 2.0**64) / 2 ** (cls / 4)
def counted(members):
    lent = [min(m["published"] or 0, m.get("maxCapacity", 2**53)) for m in members]; some = sorted(x for x in lent if x)
    return [min(x, 8 * some[(len(some) + 1) // 2 - 1]) if x else None for x in lent]
def order(slot, members):  # numbers of those that are in it
    ranked = sorted((score(rank(hx(m["peer"]), slot), capacity_class(n)), hx(m["peer"]), i) for i, (m, n) in enumerate(zip(members, counted(members))) if n)
    seen, firsts, others = set(), [], []
    for *_, i in ranked: name = members[i]["operator"] or i; (others if name in seen else firsts).append(i); seen.add(name)
    return firsts + others
# ---- the vectors
FOLDERS = ("block", "file", "vault", "hello", "placement", "audit", "get", "store", "sync")
V = {name: json.loads((pathlib.Path(__file__).resolve().parent / name / "vectors.json").read_text()) for name in FOLDERS}
counts, both, (block, file, vault, hello, placement, audit) = collections.Counter(), lambda x: x["valid"] + x["bad"], list(V.values())[:6]
def hx(x): return bytes.fromhex(x) if type(x) is str else b"".join(hx(p) if type(p) is str else hx(p[0]) * p[1] for p in x)
def cidtext(codec, x): return "b" + base32(named(codec, x))
def judge(folder, vectors, check):  # a vector with a code must be refused with that code, any other must hold
    for v in vectors:
        try: result = "valid" if check(v) else "wrong"
        except (Refused, UnicodeDecodeError, binascii.Error) as e: result = str(e) if type(e) is Refused else "MALFORMED"
        counts[folder, "refused" if "code" in v else "valid"] += 1
        if result != v.get("code", "valid"): sys.exit(f"{folder}: {v.get('fault') or v.get('name')}: {result}, not {v.get('code', 'valid')}")
def same(x, v): return json.loads(json.dumps(x, default=bytes.hex)) == v
judge("block", block["pad"], lambda v: pad(int(v["n"])) == int(v["padded"]))
judge("block", both(block["cid"]), lambda v: cidtext(cid(hx(v["bytes"]))[1], hx(v["block"])) == v["text"])
judge("block", both(block["cbor"]), lambda v: decode(hx(v["bytes"])) is not None)
judge("block", both(block["manifest"]), lambda v: manifest(hx(v["block"])) and cidtext(0x71, hx(v["block"])) == v["cid"])
CHUNK, SALT, chunk_key = hx(file["chunkKey"]), hx(file["salt"]), lambda plain: MAC(CHUNK, L("chunk-key"), H(plain), SALT)
def whole(v):  # makes the chunks of a file and the key of its root, and opens that
    n, root = v["pattern"], hx(v["root"]["block"]); plain = (bytes(range(251)) * (n // 251 + 1))[:n] + bytes(pad(n) - n)
    size, rest, links, public, private = opened(hx(v["root"]["key"]), root)
    parts = [plain[i:i + 2**20] for i in range(0, len(plain), 2**20)] if links else []; keys = [*map(chunk_key, parts)]
    return (size == n and rest == (b"".join(keys) or plain) and links == [named(0x55, seal(*x)) for x in zip(keys, [b""] * n, parts)]
            and hx(v["root"]["key"]) == MAC(CHUNK, L("manifest-key"), H(public), H(private), SALT) and cidtext(0x71, root) == v["root"]["cid"])
judge("file", both(file["seal"]), lambda v: unseal(hx(v["key"]), hx(v["aad"]), hx(v["sealed"])) == hx(v["plaintext"]))
judge("file", both(file["chunk"]), lambda v: chunk(hx(v["key"]), hx(v["block"]), v["length"]) == hx(v["plaintext"])
      and hx(v["key"]) == chunk_key(hx(v["plaintext"])) and cidtext(0x55, hx(v["block"])) == v["cid"])
judge("file", both(file["manifest"]), lambda v: opened(hx(v["key"]), hx(v["block"]))[0] == v["size"])
judge("file", [v for v in file["file"] if "block" in v["root"]], whole)
keys = vault["keys"]; secret = hx(keys["V"]); R = KDF(secret, "read"); ladder = {name: KDF(R, name) for name in ("chunk", "entry", "name", "meet")}
ladder |= {"dht": MAC(ladder["meet"], L("dht")), "read": R, "sign": KDF(secret, "sign"), "id": public_key(KDF(secret, "sign")), "check": MAC(R, L("check"))}
judge("vault", [{"name": name} for name in ladder], lambda v: ladder[v["name"]] == hx(keys[v["name"]]))
judge("vault", [keys["founder"], keys["joiner"]], lambda v: hx(v["box"]) == public_key(hx(v["boxSecret"]), "6e") and hx(v["peer"])[6:] == public_key(hx(v["node"])))
judge("vault", [v if v["valid"] else {**v, "code": "INVALID_DATA"} for v in vault["signatures"]],
      lambda v: verify(hx(v["publicKey"]), hx(v["message"]), hx(v["signature"])))
texts, entries, invited = vault["texts"], vault["entries"], hx(vault["invite"]["encoded"])
judge("vault", [texts["recovery"], *({"text": text} for text in texts["same"])], lambda v: read("recovery", v["text"])["secret"] == secret)
judge("vault", [texts["invite"]], lambda v: all(same(x, v[key]) for key, x in read("invite", v["text"]).items()))
judge("vault", [texts["link"]], lambda v: all(same(x, v[key]) for key, x in read("link", v["text"]).items()))
judge("vault", vault["grants"], visit)
judge("vault", [vault["grant"]], lambda v: same(granted(hx(v["encoded"]))[0], v["map"]))
judge("vault", [v for v in texts["bad"] if v.get("problem") != "form"], lambda v: read(v["kind"], v["text"]))
judge("vault", [vault["member"]], lambda v: same([invite(invited, ladder["id"]), member(hx(v["encoded"]), invited, ladder["id"])],
                                                 [vault["invite"]["map"], v["map"]]))
judge("vault", entries["valid"] + [v for v in entries["bad"] if v["code"] == "INVALID_DATA"], lambda v: entry(hx(v["entry"]))[0] == hx(v["id"]))
judge("vault", [v for v in entries["valid"] if "private" in v] + [v for v in entries["unreadable"] if v["code"] == "INVALID_DATA" or "padding" in v["fault"] or "props" in v["fault"]],
      lambda v: same(private(hx(v["entry"]), ladder), v["private"]))
judge("vault", vault["settings"]["bodies"], lambda v: settings(hx(v["body"])) == v["settings"])
judge("vault", vault["settings"]["counts"], lambda v: max(enumerate(v["settings"]), key=lambda x: (x[1]["seq"], x[1]["id"]), default=(None,))[0] == v["counts"])
judge("vault", vault["unknown"], lambda v: unknown(v["entries"], v["limits"]) == v["kept"])
records = vault["records"]; judge("vault", records["bad"], lambda v: record(hx(v["record"])))
judge("vault", records["valid"], lambda v: same(record(hx(v["record"])), {"v": 1, **v["fields"], "addresses": [hx(x).hex() for x in v["fields"]["addresses"]]}))
judge("vault", records["order"], lambda v: age(hx(v["older"])) < age(hx(v["newer"])))
judge("hello", hello["macs"], lambda v: hx(v["mac"]) == MAC(hx(hello["meet"]), L("hello"), bytes([v["direction"]]),
                                                            *(hx(hello["peers"][v[side]]) for side in ("dialer", "listener"))))
judge("placement", placement["slots"], lambda v: slot(hx(v["seed"]), v["group"]) == v["slot"])
judge("placement", placement["classes"], lambda v: capacity_class(v["capacity"]) == v["class"])
judge("placement", placement["capacities"], lambda v: counted(v["lent"]) == v["counted"] and [x and capacity_class(x) for x in v["counted"]] == v["classes"])
judge("placement", placement["ranks"], lambda v: rank(hx(v["peer"]), v["slot"]) == int(v["rank"], 16))
judge("placement", placement["ranks"] + placement["scores"], lambda v: math.isclose(score(int(v["rank"], 16), v["class"]), v["score"], rel_tol=1e-12))
judge("placement", placement["operators"], lambda v: v["counts"] == (v["operator"] or (v["invite"] and "invite " + v["invite"]) or ""))
judge("placement", placement["orders"], lambda v: [v["members"][i] for i in order(v["slot"], [placement["members"][n] for n in v["members"]])] == v["order"])
def shown(v, x, of):  # a frame with a grant: 3a, length, 0a 20, vault, 12, length, grant; both lengths have two bytes here
    need(x[:1] + x[3:5] == b"\x3a\x0a\x20" and x[37] == 0x12, "MALFORMED"); need(x[5:37] == hx(hello["vault"]), "WRONG_VAULT")
    by = granted(x[40:])[0]["by"].hex(); writer = "counts" if by in of["counts"] else "void" if by in of["void"] else "unknown"
    return visit({**of, "vault": hello["vault"], "grant": x[40:].hex(), "writer": writer}) and granted(x[40:])[0]["root"] == hx(of["root"])
judge("hello", hello["visits"]["cases"], lambda v: shown(v, hx(v["frame"]), hello["visits"]))
judge("audit", audit["proofs"], lambda v: hx(v["proof"]) == H(L("audit"), *(hx(v[key]) for key in ("nonce", "answerer", "asker", "cid")), v["offset"].to_bytes(8),
                                                              v["length"].to_bytes(8), hx(v["block"])[v["offset"]:][:v["length"]]))
check_messages.run(sys.modules[__name__], V)
for folder in FOLDERS: print(f"{folder}: {counts[folder, 'valid']} valid, {counts[folder, 'refused']} refused")
enough = [("block", 15), ("file", 15), ("vault", 15), ("hello", 15), ("audit", 15), ("get", 13), ("store", 15), ("sync", 25)]
if any(counts[name, kind] < least for name, least in enough for kind in ("valid", "refused")): sys.exit("too little to check")
