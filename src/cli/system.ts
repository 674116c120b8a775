/** What the system says by a code, in words. */
export const SYSTEM: Record<string, string> = {
  EACCES: 'no permission',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'a part of its name is longer than this disk can keep',
  ELOOP: 'it is a link',
  ENOSPC: 'the disk is full',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only'
}
