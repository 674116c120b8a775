type Answers = Record<string, (...args: never[]) => unknown>

/** Parts of a node that do nothing but note which of their methods is called, in which order, and with what. */
export class Recorder {
  readonly calls: Array<{ name: string, args: unknown[] }> = []

  /** What methods return, by their names, for example 'sync.start'; others return nothing. Questions are answered and not noted. */
  constructor (private readonly answers: Answers = {}, private readonly questions: Answers = {}) {}

  get names (): string[] { return this.calls.map(({ name }) => name) }

  /** Of the first call of a method. */
  args (name: string): unknown[] | undefined { return this.calls.find((call) => call.name === name)?.args }

  /** An object whose members are all parts. */
  all<T> (): T { return this.part('') }

  /** What has this name, a part or a method: which it is shows when it is called. */
  part<T> (name: string): T {
    const members = new Map<PropertyKey, unknown>()
    return new Proxy(() => {}, {
      get: (_target, key) => {
        if (!members.has(key)) members.set(key, this.part(name === '' ? String(key) : `${name}.${String(key)}`))
        return members.get(key)
      },
      apply: (_target, _self, args: never[]) => this.called(name, args)
    }) as T
  }

  private called (name: string, args: never[]): unknown {
    const question = this.questions[name]
    if (question !== undefined) return question(...args)
    this.calls.push({ name, args })
    return this.answers[name]?.(...args)
  }
}
