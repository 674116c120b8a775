export interface SignalOptions {
  signal?: AbortSignal | undefined
}

export interface Removed {
  blocks: number
  bytes: number
}
