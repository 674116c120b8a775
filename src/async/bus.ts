/** Events inside a node, typed by their names: whoever subscribed first is told first, at once, on the emitter's stack. */
export class Bus<Events extends object> {
  private readonly listeners = new Map<keyof Events, Array<(detail: never) => void>>()

  on<K extends keyof Events> (type: K, listener: (detail: Events[K]) => void): void {
    const all = this.listeners.get(type) ?? []
    this.listeners.set(type, all)
    all.push(listener)
  }

  /** What a listener throws is thrown here, and those after it are not told. */
  emit<K extends keyof Events> (type: K, detail: Events[K]): void {
    for (const listener of this.listeners.get(type) ?? []) listener(detail as never)
  }
}
