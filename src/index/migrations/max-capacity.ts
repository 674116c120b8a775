/** What a member's certificate says it counts for at most, however much it lends; of members from before this column it is not known. */
export const MAX_CAPACITY_SCHEMA = 'ALTER TABLE members ADD COLUMN maxCapacity INTEGER;'
