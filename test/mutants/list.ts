import type { Mutation } from './change.js'

export interface Mutant extends Mutation {
  /** Spec files below test/, without `.spec.ts`, of which one should notice. */
  specs: string[]
}

const mutant = (file: string, from: string, to: string, ...specs: string[]): Mutant => ({ file, from, to, specs })

/** Each is a fault that somebody could make by hand, and that was made once; none may live. */
export const MUTANTS: Mutant[] = [
  // that no test noticed when a person wrote 91 of them
  mutant('src/replication/placement/replica-releaser.ts', 'if (promises.length < copies) return false', 'if (promises.length < copies - 1) return false', 'replication/placement/replica-releaser'),
  mutant('src/replication/placement/sqlite-replica-state.ts', "if (have !== 'held') return 'NOT_HELD'", '', 'replication/placement/sqlite-replica-state', 'replication/placement/replica-state'),
  mutant('src/replication/audit-port.ts', 'const offset = this.random(bytes.length - length + 1)', 'const offset = 0', 'replication/audit-port'),
  mutant('protocols/vault/keys.ts', "mac(checked(meet), label('dht'))", "mac(new Uint8Array(32), label('dht'))", 'protocols/vault/vectors', 'vectors/committed'),
  mutant('src/node/public-events.ts', "ok ? 'copies:ok' : 'copies:low'", "ok ? 'copies:ok' : 'copies:ok'", 'node/copies-told'),
  mutant('src/node/public-events.ts', "ok ? 'copies:ok' : 'copies:low'", "ok ? 'copies:low' : 'copies:low'", 'node/copies-told'),
  mutant('src/rebuild/salvage.ts', '|| !verifyRecord(record)) continue', ') continue', 'rebuild/salvage'),
  mutant('src/blockstore/file-system.ts', 'sync: () => handle.datasync()', 'sync: async () => {}', 'crash/power/power'),
  mutant('src/index/engine/connection.ts', 'synchronous = FULL', 'synchronous = NORMAL', 'crash/power/power'),
  mutant('src/disk/replace-file.ts', 'await file.sync()', '', 'crash/power/power'),
  mutant('src/file/read-file.ts', 'if (block.length !== length) throw', 'if (block.length < length) throw', 'file/read-file'),
  mutant('protocols/audit/proof.ts', 'if (nonce.length !== NONCE_BYTES) throw', 'if (nonce.length > NONCE_BYTES) throw', 'protocols/audit/incoming', 'protocols/audit/vectors'),

  // the store
  mutant('src/blockstore/capacity.ts', 'if (bytes === 0 || bytes <= available) {', 'if (bytes === 0 || bytes <= available + 1) {', 'blockstore/capacity'),
  mutant('src/blockstore/capacity.ts', 'if (!written) return', '', 'blockstore/uploads', 'blockstore/faults'),
  mutant('src/blockstore/capacity.ts', 'Math.min(this.capacity - this.init.used(), free - this.writtenSince - this.reserve)', 'Math.min(this.capacity - this.init.used(), free - this.writtenSince)', 'blockstore/uploads', 'blockstore/faults'),
  mutant('src/blockstore/corruption.ts', "return verifyCid(cid, bytes) ? undefined : 'its bytes are not those of its CID'", 'return undefined', 'blockstore/compliance', 'node/damage'),
  mutant('src/blockstore/garbage.ts', "if (nodeState(parts.db, REBUILT) !== undefined) return { ...nothing(parts), off: 'rebuilt' }", '', 'rebuild/rebuild', 'node/garbage'),
  mutant('src/blockstore/garbage.ts', 'await each(here.filter(({ since }) => since <= deadBefore))', 'await each(here)', 'blockstore/trash', 'blockstore/garbage-model', 'node/garbage'),
  mutant('src/blockstore/garbage.ts', '[mustBeDead(root, deadBefore), mustBeWhole]', '[mustBeWhole]', 'blockstore/garbage-model', 'blockstore/trash'),
  mutant('src/blockstore/uploads.ts', 'if (other(known) || other(parts.uploads.get(key)?.writer)) throw', 'if (other(parts.uploads.get(key)?.writer)) throw', 'blockstore/uploads'),
  mutant('src/blockstore/uploads.ts', 'if (row.verified < parts.now() - SCRUB_MS) await recheck(parts, cid)', 'if (row.verified < 0) await recheck(parts, cid)', 'blockstore/pin'),
  mutant('src/blockstore/uploads.ts', '(aborted ? ABORTED_PIN_MS : PIN_MS)', '(aborted ? PIN_MS : PIN_MS)', 'blockstore/uploads'),
  mutant('src/index/queries/block-rows.ts', 'expires < ? AND NOT EXISTS', 'expires <= ? + 1000 AND NOT EXISTS', 'blockstore/uploads'),
  mutant('src/blockstore/trash.ts', 'if (row.file === 1 && !await parts.blobs.fromTrash(cid)) return false', '', 'blockstore/trash', 'blockstore/garbage-model'),
  mutant('src/blockstore/trash.ts', 'await dropOldest(parts, now - parts.trashMs, Infinity)', 'await dropOldest(parts, now, Infinity)', 'blockstore/trash', 'blockstore/garbage-model'),
  mutant('src/blockstore/file-reconcile.ts', "if (row?.state === HELD) await parts.blobs.fromTrash(cid)", 'if (row?.state === HELD) return', 'blockstore/trash'),
  mutant('src/blockstore/fs-blobs.ts', "if (codeOf(error) === 'ENOENT') return undefined", 'if (codeOf(error) !== undefined) return undefined', 'blockstore/faults'),
  mutant('src/blockstore/durable-write.ts', 'if (size !== bytes.length) throw', 'if (size > bytes.length) throw', 'blockstore/faults'),
  mutant('src/blockstore/durable-write.ts', 'await mustKeep(() => folders.sync(dirname(path)))', '', 'blockstore/crash-points', 'blockstore/faults'),
  mutant('src/blockstore/read.ts', 'const sound = verify ? faultOf(cid, row.size, bytes) === undefined : bytes?.length === row.size', 'const sound = verify ? faultOf(cid, row.size, bytes) === undefined : true', 'blockstore/compliance', 'blockstore/faults', 'blockstore/model'),

  // the index
  mutant('src/index/engine/index-db.ts', 'if (unit.signal?.aborted !== true) return true', 'return true', 'index/engine/index-db'),
  mutant('src/index/engine/transaction.ts', "prepared.get('ROLLBACK TO unit').run()", '', 'index/engine/index-db'),
  mutant('src/index/engine/migrate.ts', 'if (version > migrations.length) {', 'if (version > migrations.length + 1) {', 'index/engine/index-db', 'index/migrations'),
  mutant('src/index/engine/migrate.ts', 'if (version === 0 && db', 'if (version === -1 && db', 'index/engine/index-db', 'index/migrations'),
  mutant('src/index/engine/index-db.ts', "Number(db.prepare('PRAGMA user_version').get()?.['user_version']) === 0", 'false', 'index/engine/index-db'),

  // a rebuild
  mutant('src/rebuild/salvage.ts', 'if (!equal(record.vault, vault) || ', 'if (', 'rebuild/salvage'),
  mutant('src/rebuild/salvage.ts', 'ledger.members.get(peerText(subject)) === undefined || ', '', 'rebuild/salvage'),
  mutant('src/rebuild/salvage.ts', ' && verifyCid(cid, value)', '', 'rebuild/salvage'),

  // the vault
  mutant('src/vault/entries/entry-log.ts', 'for (const entry of entries) this.ours(entry)', '', 'vault/entries/entry-log'),
  mutant('src/vault/entries/entry-log.ts', "if (!this.revocations.plain(entry.writer)) throw", "if (this.revocations === undefined) throw", 'vault/revoke', 'vault/entries/entry-log', 'node/members'),
  mutant('src/vault/entries/entry-log.ts', 'equal(certificate.writer, entry.writer) && equal(certificate.by, this.vault)', 'equal(certificate.writer, entry.writer)', 'vault/entries/entry-log', 'vault/members/member-handshake', 'vault/standing'),
  mutant('src/vault/entries/revocations.ts', 'this.admits.some((admit) => admit.invite !== undefined && equal(admit.invite, invite) && this.isRevoked(admit.member.subject))', 'false', 'vault/revoke', 'vault/members/member-handshake', 'node/members'),
  mutant('src/vault/members/member-handshake.ts', "if (role === 'owner' && secrets.secret === undefined) throw", "if (role === 'owner' && secrets === undefined) throw", 'vault/members/member-handshake', 'node/joining'),
  mutant('src/vault/members/member-handshake.ts', 'return !revocations.isLinkRevoked(unhex(link)) && (', 'return (', 'vault/members/member-handshake', 'node/links'),
  mutant('src/vault/retention/rules.ts', 'versions > keep', 'versions >= keep', 'vault/retention/rules'),
  mutant('src/vault/retention/rules.ts', 'now - line.superseded > retention', 'now - line.superseded > 0', 'vault/retention/rules'),
  mutant('src/vault/retention/rules.ts', "line.kind !== 'delete' && known && (", "line.kind !== 'delete' && (", 'vault/retention/rules'),
  mutant('src/vault/members/member-records.ts', 'if (record === undefined || !equal(record.vault, init.vault)) continue', 'if (record === undefined) continue', 'vault/members/member-records'),
  mutant('src/vault/entries/revocation-cut.ts', 'if (more.length > 0) throw', 'if (more.length > 1) throw', 'vault/entries/revocation-cut'),
  mutant('src/vault/members/members.ts', 'if (!this.byWriter.has(hex(key))) this.byWriter.set', 'this.byWriter.set', 'vault/entries/revocation-cut'),
  mutant('src/vault/keys/keyring-file.ts', '(mode & OTHERS) !== 0', '(mode & OTHERS) === -1', 'vault/keys/keyring'),
  mutant('src/vault/keys/keyring-file.ts', ' || !equal(sha256(SUM, bytes.subarray(0, sumAt)), bytes.subarray(sumAt))', '', 'vault/keys/passphrase', 'vault/keys/keyring'),

  // copies, and what moves them
  mutant('src/replication/placement/replica-releaser.ts', 'clock.now() - from <= PROMISES_WITHIN_MS', 'clock.now() - from <= 2 * PROMISES_WITHIN_MS', 'replication/placement/replica-releaser'),
  mutant('src/replication/placement/replica-releaser.ts', "if (proofs.every(({ verdict }) => verdict === 'PROVED')) return true", "if (proofs.some(({ verdict }) => verdict === 'PROVED')) return true", 'replication/placement/replica-releaser'),
  mutant('src/replication/placement/replica-releaser.ts', 'if (copies === 0 || copies > view.size) return true', 'if (copies > view.size) return true', 'replication/placement/replica-releaser'),
  mutant('src/replication/placement/sqlite-replica-state.ts', 'now < this.mayLeaveAt || this.promised(group, now)', 'this.promised(group, now)', 'replication/placement/sqlite-replica-state', 'replication/placement/replica-state'),
  mutant('src/replication/placement/sqlite-replica-state.ts', 'now < this.mayLeaveAt || this.promised(group, now)', 'now < this.mayLeaveAt', 'replication/placement/sqlite-replica-state', 'replication/placement/replica-state'),
  mutant('src/replication/placement/sqlite-replica-state.ts', 'if (!this.leaving.has(id) || !still()) return false', 'if (!this.leaving.has(id)) return false', 'replication/placement/sqlite-replica-state', 'replication/placement/replica-state'),
  mutant('src/replication/placement/sqlite-replica-state.ts', '!held && this.promisesTo(peer) >= MAX_PROMISES', '!held && this.promisesTo(peer) > MAX_PROMISES', 'replication/placement/sqlite-replica-state', 'replication/placement/replica-state'),
  mutant('src/replication/placement/audit-loop.ts', "failed ||= verdict === 'missing' || verdict === 'wrong'", "failed ||= verdict === 'wrong'", 'replication/placement/audit-loop'),
  mutant('src/replication/placement/audit-loop.ts', "verdict === undefined && count === 'all' && book.distrusted", 'verdict === undefined && book.distrusted', 'replication/placement/audit-loop'),
  mutant('src/replication/push/push-version.ts', "if (!equal(received, id)) throw", "if (received.length !== id.length) throw", 'replication/push'),
  mutant('src/replication/push/push-version.ts', 'if (wanted[index] === true) await send(cid)', 'await send(cid)', 'replication/push'),
  mutant('src/replication/serve/serve.ts', "if (session.role !== 'owner' && session.role !== 'write') {", "if (session.role === 'store') {", 'replication/push', 'node/members', 'hostile/roles'),
  mutant('src/replication/serve/upload-receiver.ts', 'if (bytes !== claimed) throw', 'if (bytes < claimed) throw', 'replication/push', 'hostile/members'),
  mutant('src/replication/download/hedging.ts', 'if (this.left < 1) return false', '', 'replication/download/hedging'),
  mutant('src/replication/serve/visitor-scheduler.ts', 'this.running >= this.most()', 'this.running > this.most()', 'replication/serve/visitor-scheduler'),

  // the network
  mutant('src/network/connection-gater.ts', '.length > this.#limits.perPeer + 1) return', '.length > this.#limits.perPeer + 2) return', 'network/connection-gater', 'network/peers'),
  mutant('src/network/connection-gater.ts', '(group === undefined || isLoopback(group) ? [] : [group])', '(group === undefined ? [] : [group])', 'network/connection-gater', 'network/peers'),
  mutant('src/network/peers.ts', 'if (facts.peer !== link.peer) throw', 'if (facts.peer === undefined) throw', 'network/peers'),
  mutant('src/network/peers.ts', 'if (count >= maxInbound) return', 'if (count > maxInbound) return', 'network/peers'),
  mutant('src/network/peers.ts', 'if (session === undefined || link?.expired !== false) return', 'if (session === undefined) return', 'network/peers'),
  mutant('src/network/peers.ts', 'visitors !== undefined && !link.expired) return', 'visitors !== undefined) return', 'network/visitors'),
  mutant('src/network/peer-connection.ts', 'if (facts.expires !== undefined) this.#watch(facts.expires.getTime())', '', 'network/peers', 'network/visitors'),
  mutant('src/network/identity.ts', '(mode & OTHERS) !== 0', '(mode & OTHERS) === -1', 'network/identity'),

  // what a node is made of
  mutant('src/node/reactions.ts', 'retention.changed(change)\n    downloader.wake(change.kind', 'replicas.changed(change)\n    retention.changed(change)\n    downloader.wake(change.kind', 'node/reactions'),
  mutant('src/node/reactions.ts', 'await memberRecords.drop(member)\n    replicas.membersChanged()', 'replicas.membersChanged()\n    await memberRecords.drop(member)', 'node/reactions'),
  mutant('src/node/reactions.ts', '(visitor) => !serves(visitor)', '(visitor) => serves(visitor)', 'node/reactions'),
  mutant('src/node/lifecycle.ts', 'if (errors.length > 0) throw errors[0]', 'if (errors.length > 0) throw errors.at(-1)', 'node/lifecycle'),
  mutant('src/node/lifecycle.ts', 'errors.push(error)', 'throw error', 'node/lifecycle'),
  mutant('src/node/steps.ts', 'stop: () => sync.stop(), stops: 10', 'stop: () => sync.stop(), stops: 12.5', 'node/lifecycle'),
  mutant('src/async/once.ts', 'return () => running ??= work()', 'return () => running = work()', 'node/lifecycle'),

  // files, and what people type
  mutant('src/file/read-file.ts', 'if (offset > manifest.size) throw', 'if (offset > manifest.size + 1) throw', 'file/read-file'),
  mutant('src/file/read-file.ts', 'load(next.value.block, () => out === place)', 'load(next.value.block, () => true)', 'file/read-file'),
  mutant('src/cli/put-plan.ts', 'if (names.has(name)) throw', 'if (names.has(file)) throw', 'cli/put-plan'),
  mutant('src/cli/target.ts', "if (fresh) await appear(temporary, path)", 'if (mtime === null) await appear(temporary, path)', 'cli/target'),
  mutant('src/operations/restore.ts', "state !== 'void' && entry.kind", 'entry.kind', 'node/revoked'),
  mutant('src/operations/evict.ts', 'promised: () => parts.replicas.isPromised(root)', 'promised: () => false', 'node/members'),

  // formats and protocols
  mutant('protocols/vault/ed25519.ts', '&& isBelow(signature.subarray(32), L)', '', 'protocols/vault/ed25519'),
  mutant('protocols/vault/ed25519.ts', 'return isBelow(y, P) && !SMALL', 'return !SMALL', 'protocols/vault/ed25519'),
  mutant('protocols/vault/grant.ts', 'if (now > grant.notAfter) throw', 'if (now > grant.notAfter + 60_000) throw', 'protocols/vault/vectors', 'vault/members/member-handshake', 'node/links', 'protocols/vault/member'),
  mutant('protocols/vault/grant.ts', "if (!verifyGrant(grant)) throw", 'if (grant.signatures.length !== 1) throw', 'protocols/vault/vectors', 'vault/members/member-handshake', 'node/links'),
  mutant('protocols/vault/member.ts', 'if (uses >= invite.uses) throw', 'if (uses > invite.uses) throw', 'protocols/vault/member', 'protocols/vault/vectors'),
  mutant('protocols/vault/member.ts', '!verifyMember(member)) throw', 'member.signatures.length === 0) throw', 'protocols/vault/member', 'protocols/vault/vectors'),
  mutant('protocols/vault/history.ts', 'return entry.clock === clock', 'return entry.clock >= clock', 'protocols/vault/history', 'protocols/vault/vectors'),
  mutant('protocols/vault/standing.ts', 'compareBytes(a.id, b.id) < 0', 'compareBytes(a.id, b.id) > 0', 'protocols/vault/member', 'protocols/vault/vectors', 'vault/standing'),
  mutant('protocols/file/chunk.ts', 'if (padded[i] !== 0) throw', 'if (padded[i] === -1) throw', 'protocols/file/vectors', 'protocols/file/manifest', 'file/chunk'),
  mutant('protocols/block/tree.ts', 'if (root.level > 0 && root.links.length < 2) throw', 'if (root.level > 1 && root.links.length < 2) throw', 'protocols/block/tree', 'protocols/block/vectors', 'protocols/block/walk'),
  mutant('protocols/block/tree.ts', 'if (pad(plaintext) !== plaintext) throw', 'if (pad(plaintext) === 0) throw', 'protocols/block/tree', 'protocols/block/vectors'),
  mutant('protocols/block/cbor-read.ts', "if (value < width.least) throw", 'if (value < 0) throw', 'protocols/block/cbor', 'protocols/block/vectors'),
  mutant('protocols/block/cbor-read.ts', 'if (depth > MAX_DEPTH) throw', 'if (depth > MAX_DEPTH + 1) throw', 'protocols/block/cbor', 'protocols/block/vectors'),
  mutant('protocols/block/walk.ts', "if (seen !== undefined) throw new ProtocolError('INVALID_DATA', 'one chunk with two lengths')", '', 'protocols/block/walk'),
  mutant('protocols/placement/weight.ts', 'Math.floor((positive.length - 1) / 2)', 'Math.floor(positive.length / 2)', 'protocols/placement/vectors', 'protocols/placement/properties'),
  mutant('protocols/placement/order.ts', "member.operator !== '' && seen.has", 'seen.has', 'protocols/placement/vectors', 'protocols/placement/properties'),
  mutant('protocols/audit/budget.ts', 'this.#left -= cost', 'this.#left -= 0', 'protocols/audit/incoming'),
  mutant('protocols/audit/proof.ts', 'length === 0 || offset + length > MAX_BLOCK_BYTES', 'offset + length > MAX_BLOCK_BYTES', 'protocols/audit/incoming', 'protocols/audit/vectors'),
  mutant('protocols/audit/proof.ts', 'nonce, answerer, asker, cid', 'nonce, asker, asker, cid', 'protocols/audit/vectors'),
  mutant('protocols/store/credit-ledger.ts', "if (cost > this.#credit) throw", "if (cost > this.#credit + 1) throw", 'protocols/store/credit-ledger', 'protocols/store/incoming'),
  mutant('protocols/store/credit-ledger.ts', 'CREDIT_BYTES + STORING_BYTES - this.#credit - this.#storing', 'CREDIT_BYTES + STORING_BYTES - this.#credit', 'protocols/store/credit-ledger', 'protocols/store/incoming'),
  mutant('protocols/sync/compare.ts', 'if (found?.nodes.length !== asked.length) throw', 'if (found === undefined) throw', 'protocols/sync/hostile', 'protocols/sync/outgoing', 'protocols/sync/session'),
  mutant('protocols/sync/compare.ts', "for (const name of listed) if (!name.startsWith(prefix)) throw new ProtocolError('MALFORMED', 'Not below the prefix that was asked for')", '', 'protocols/sync/hostile', 'protocols/sync/outgoing', 'protocols/sync/session'),
  mutant('protocols/sync/compare.ts', 'this.#asked > VAIN_PREFIXES + PREFIXES_AN_ENTRY * this.#requests.moved) throw', 'this.#asked < 0) throw', 'protocols/sync/hostile', 'protocols/sync/outgoing', 'protocols/sync/session'),
  mutant('protocols/hello/conversation.ts', "if (encryption === undefined || !ENCRYPTIONS.includes(encryption)) throw", 'if (encryption === undefined) throw', 'protocols/hello/outgoing', 'protocols/hello/incoming', 'protocols/hello/greeting')
]
