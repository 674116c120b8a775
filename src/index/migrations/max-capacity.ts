/**
 * `maxCapacity` is the upper bound of the capacity that counts for a member, by its certificate. It
 * is unknown for members from before this column.
 */
export const MAX_CAPACITY_SCHEMA = 'ALTER TABLE members ADD COLUMN maxCapacity INTEGER;'
