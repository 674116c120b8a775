import assert from 'node:assert/strict'
import { MemberNames, type Named } from '../../../src/vault/members/member-names.js'

describe('names of members', () => {
  let members: Named[]
  let said: Map<string, string>
  let version: number
  let names: MemberNames
  beforeEach(() => {
    members = []
    said = new Map()
    version = 0
    names = new MemberNames({ members: () => members, version: () => version })
    names.ask((peer) => said.get(peer))
  })
  const add = (peer: string, label = '', revoked = false): void => {
    members.push({ peer, label, since: members.length, revoked })
    version++
  }
  const say = (peer: string, label: string): void => {
    said.set(peer, label)
    names.changed()
  }
  const all = (): Record<string, string> => Object.fromEntries(members.map(({ peer }) => [peer, names.of(peer)]))

  it('what a member calls itself, else what an owner called it, else the end of its PeerId', () => {
    add('peer-a', 'given')
    add('peer-b', 'given b')
    add('12D3KooWGRpsFxqn')
    say('peer-a', 'own')
    assert.deepEqual(all(), { 'peer-a': 'own', 'peer-b': 'given b', '12D3KooWGRpsFxqn': 'GRpsFxqn' })
    assert.equal(names.of('somebody unknown'), ' unknown')
    assert.equal(names.knows('somebody unknown'), false)
  })

  it('equal names are told apart in the order of admission, whatever the order in which they are listed', () => {
    for (const peer of ['peer-a', 'peer-b', 'peer-c']) add(peer, 'nas')
    members.reverse()
    assert.deepEqual(all(), { 'peer-a': 'nas', 'peer-b': 'nas-er-b', 'peer-c': 'nas-er-c' })
    // and stay the same whoever goes
    members = members.filter(({ peer }) => peer !== 'peer-b')
    version++
    assert.deepEqual(all(), { 'peer-a': 'nas', 'peer-c': 'nas-er-c' })
  })

  it('an end that somebody is called by already is made longer', () => {
    add('peer-a', 'nas')
    add('peer-b', 'nas')
    add('peer-c', 'nas-er-b')
    add('other-er-b', 'nas')
    assert.deepEqual(all(), { 'peer-a': 'nas', 'peer-b': 'nas-eer-b', 'peer-c': 'nas-er-b', 'other-er-b': 'nas--er-b' })
  })

  it('nobody takes the name that an owner gave another by calling itself so, however long it is a member', () => {
    add('old')
    add('given', 'nas')
    say('old', 'nas')
    assert.deepEqual(all(), { old: 'nas-old', given: 'nas' })
    // nor one that looks the same
    for (const alike of ['nas\u200b', '\u202enas', ' nas\u0000', 'na\u00ads']) {
      say('old', alike)
      assert.equal(names.of('old'), 'nas-old', JSON.stringify(alike))
    }
  })

  it('what cannot be seen is no name', () => {
    add('peer-of-a', 'given')
    say('peer-of-a', '\u200b\u202e \u001b')
    assert.equal(names.of('peer-of-a'), 'given')
  })

  it('one that was revoked leaves its name to one that is a member', () => {
    add('out', 'nas', true)
    add('back', 'nas')
    assert.deepEqual(all(), { out: 'nas-out', back: 'nas' })
  })

  it('are made anew when members or what they say change, and only then', () => {
    add('a', 'nas')
    assert.equal(names.of('a'), 'nas')
    members = [{ peer: 'a', label: 'other', since: 0, revoked: false }]
    assert.equal(names.of('a'), 'nas')
    version++
    assert.equal(names.of('a'), 'other')
  })
})
