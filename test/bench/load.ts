/** What the bench computes with; it is plain JavaScript that is not built. */
export interface Sample {
  run: number, workload: string, measure: string, system: string
  seconds?: number, ms?: number, bytes?: number, ops?: number, mbPerS?: number, opsPerS?: number, cpuS?: number, servingCpuS?: number, rssMib?: number, servingMib?: number, sentBytes?: number
}
export interface Row extends Omit<Sample, 'run'> { runs: number, ratio?: number, to?: string }
export interface Judged { number: number, text: string, bar?: number, word?: string, figure?: number, state: string, why?: string }

interface Lib {
  report: {
    median: (numbers: (number | undefined)[]) => number | undefined
    withRate: (sample: Sample) => Sample
    summarize: (samples: Sample[]) => Row[]
    table: (rows: Row[]) => string
  }
  bars: {
    BARS: { text: string }[]
    judge: (samples: Sample[], absent: Map<string, string>, workloads: string[]) => Judged[]
    barLines: (judged: Judged[]) => string[]
  }
  html: { page: (of: { rows: Row[], judged: Judged[], absent: Map<string, string>, about: string[], texts: Record<string, string> }) => string }
  options: {
    WORKLOADS: Record<string, string>
    readOptions: (argv: string[]) => { workloads: string[], size: number, only?: string[], check: boolean, memory: number }
  }
  data: { tree: (folder: string, files: number) => Promise<{ names: string[], bytes: number }> }
  programs: {
    measureProgram: (command: string, args: string[], options?: { read?: boolean, firstByte?: boolean, signal?: AbortSignal }) => Promise<{ seconds?: number, ms?: number, cpuS?: number, output?: string }>
    missingProgram: (...commands: string[]) => string | undefined
  }
}

export async function load<Name extends keyof Lib> (name: Name): Promise<Lib[Name]> {
  return await import(new URL(`../../../bench/lib/${name}.js`, import.meta.url).href) as Lib[Name]
}
