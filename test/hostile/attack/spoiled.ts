/** Preloaded into a node, takes away what it allows strangers: such a node must be found by the measure. */
import { Allowance } from '../../../src/network/allowance.js'

Allowance.prototype.has = () => true
Allowance.prototype.take = () => true
