import type { MemberInfo } from '../../src/api/node.js'

export const member = (more: Partial<MemberInfo> = {}): MemberInfo =>
  ({ peer: '12D3KooWnas', label: 'nas', operator: '', role: 'write', self: false, connected: false, present: false, since: new Date(2026, 9, 3), addresses: [], ...more })
