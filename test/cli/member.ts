import type { MemberInfo } from '../../src/interface.js'

export const member = (more: Partial<MemberInfo> = {}): MemberInfo =>
  ({ peer: '12D3KooWnas', label: 'nas', operator: '', role: 'write', self: false, connected: false, present: false, since: new Date(2026, 9, 3), addresses: [], ...more })
