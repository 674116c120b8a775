/**
 * This thread has the only writing connection: a commit on a slow disk must not hold up the event
 * loop.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { openWriter } from './connection.js'
import { packResults, Unpacker, type PackedResults, type PackedUnits } from './packing.js'
import { Prepared, asFailure, runUnits } from './transaction.js'

export type ToWriter = { units: PackedUnits } | { close: true }
export type FromWriter = { results: PackedResults } | { closed: true, error?: string }

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')
const { path } = workerData as { path: string }
const db = new DatabaseSync(path)
openWriter(db)
const prepared = new Prepared(db)
const unpacker = new Unpacker()

port.on('message', (message: ToWriter) => {
  if ('units' in message) {
    port.postMessage({ results: packResults(runUnits(db, prepared, unpacker.unpack(message.units))) } satisfies FromWriter)
    return
  }
  try {
    db.close()
    port.postMessage({ closed: true } satisfies FromWriter)
  } catch (error) {
    port.postMessage({ closed: true, error: asFailure(error).message } satisfies FromWriter)
  }
  port.close()
})
