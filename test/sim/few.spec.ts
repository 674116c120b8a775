import { FEW } from './options.js'
import { runs } from './runs.js'

runs('7 nodes, 40 groups, 1 day', FEW, 184)
