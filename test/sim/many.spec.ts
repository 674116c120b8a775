import { MANY } from './options.js'
import { runs } from './runs.js'

runs('20 nodes, 300 groups, 2 days', MANY, 16)
