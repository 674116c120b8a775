/** Folder fsyncs in groups: all folders asked for while a group is under way are synced once each by the next one. */
export class FolderSync {
  private waiting = new Map<string, PromiseWithResolvers<void>>()
  private running = false

  constructor (private readonly syncFolder: (path: string) => Promise<void>) {}

  /** Resolves when names that are in the folder now are durable. */
  async sync (folder: string): Promise<void> {
    let group = this.waiting.get(folder)
    if (group === undefined) this.waiting.set(folder, group = Promise.withResolvers<void>())
    if (!this.running) void this.run()
    return group.promise
  }

  private async run (): Promise<void> {
    this.running = true
    while (this.waiting.size > 0) {
      const group = this.waiting
      this.waiting = new Map()
      await Promise.all(Array.from(group, async ([folder, { resolve, reject }]) => {
        await this.syncFolder(folder).then(resolve, reject)
      }))
    }
    this.running = false
  }
}
