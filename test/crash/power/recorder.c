/*
 * Preloaded into a node: appends to the file RIG_LOG every call that changes what lies below the folder RIG_ROOT, by node
 * itself and by the SQLite inside of it, in the order in which the calls happened. Each record is one line of text; "write"
 * is followed by the bytes. A call that failed changed nothing and is not recorded. A way of writing that the reader of
 * the log does not replay is recorded as "unknown", which is an error there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 65536

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned char ours[MOST_FDS];
static const char *root;
static size_t root_length;
static int log_fd = -1;

static int (*real_open) (const char *, int, ...);
static int (*real_openat) (int, const char *, int, ...);
static int (*real_close) (int);
static ssize_t (*real_write) (int, const void *, size_t);
static ssize_t (*real_pwrite) (int, const void *, size_t, off_t);
static ssize_t (*real_writev) (int, const struct iovec *, int);
static ssize_t (*real_pwritev) (int, const struct iovec *, int, off_t);

static void prepare (void) {
  real_open = dlsym(RTLD_NEXT, "open");
  real_openat = dlsym(RTLD_NEXT, "openat");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwritev = dlsym(RTLD_NEXT, "pwritev");
  root = getenv("RIG_ROOT");
  const char *path = getenv("RIG_LOG");
  if (root == NULL || path == NULL) return;
  root_length = strlen(root);
  log_fd = real_open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (log_fd < 0) abort();
}

static void lock (void) {
  pthread_once(&once, prepare);
  pthread_mutex_lock(&order);
}

static void unlock (void) { pthread_mutex_unlock(&order); }

static void put (const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t n = real_write(log_fd, at, length);
    if (n <= 0) abort();
    at += n;
    length -= (size_t) n;
  }
}

static void note (const char *format, ...) {
  char line[3 * PATH_MAX];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  if (length < 0 || (size_t) length >= sizeof line) abort();
  put(line, (size_t) length);
}

/* Symbolic links are not followed below the root, so that a path names one file only. */
static int below (const char *path) {
  return log_fd >= 0 && path != NULL && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int tracked (int fd) { return log_fd >= 0 && fd >= 0 && fd < MOST_FDS && ours[fd]; }

/* The absolute path of a name below an open folder. */
static const char *absolute (int folder, const char *path, char *buffer) {
  if (folder == AT_FDCWD || path == NULL || path[0] == '/') return path;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t n = readlink(link, buffer, PATH_MAX - 1);
  if (n < 0) return path;
  snprintf(buffer + n, (size_t) (PATH_MAX - n), "/%s", path);
  return buffer;
}

static void opened (int fd, int flags, const char *path) {
  if (fd < 0) return;
  if (fd < MOST_FDS) ours[fd] = 0;
  if (!below(path)) return;
  if (fd >= MOST_FDS) abort();
  ours[fd] = 1;
  note("open %d %d %d %d %s\n", fd, (flags & O_CREAT) != 0, (flags & O_TRUNC) != 0 && (flags & O_ACCMODE) != O_RDONLY, (flags & O_APPEND) != 0, path);
}

#define MODE(flags) \
  mode_t mode = 0; \
  if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) { va_list args; va_start(args, flags); mode = va_arg(args, mode_t); va_end(args); }

#define OPEN(name) \
int name (const char *path, int flags, ...) { \
  MODE(flags) \
  lock(); \
  int fd = real_open(path, flags, mode); \
  opened(fd, flags, path); \
  unlock(); \
  return fd; \
}
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
int name (int folder, const char *path, int flags, ...) { \
  MODE(flags) \
  char buffer[PATH_MAX]; \
  lock(); \
  int fd = real_openat(folder, path, flags, mode); \
  opened(fd, flags, absolute(folder, path, buffer)); \
  unlock(); \
  return fd; \
}
OPENAT(openat)
OPENAT(openat64)

static void closed (int fd) {
  if (tracked(fd)) note("close %d\n", fd);
  if (fd >= 0 && fd < MOST_FDS) ours[fd] = 0;
}

int close (int fd) {
  lock();
  closed(fd);
  int result = real_close(fd);
  unlock();
  return result;
}

/* libuv closes files in this way. */
long syscall (long number, ...) {
  static long (*real) (long, ...);
  long a[6];
  va_list args;
  va_start(args, number);
  for (int n = 0; n < 6; n++) a[n] = va_arg(args, long);
  va_end(args);
  pthread_once(&once, prepare);
  if (real == NULL) real = (long (*) (long, ...)) dlsym(RTLD_NEXT, "syscall");
  if (number != SYS_close) return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  lock();
  closed((int) a[0]);
  long result = real(number, a[0]);
  unlock();
  return result;
}

static off_t position (int fd) {
  struct stat stats;
  if ((fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &stats) == 0) return stats.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

static void wrote (int fd, off_t at, const struct iovec *parts, int count, ssize_t length) {
  note("write %d %lld %zd\n", fd, (long long) at, length);
  for (int n = 0; n < count && length > 0; n++) {
    size_t part = parts[n].iov_len < (size_t) length ? parts[n].iov_len : (size_t) length;
    put(parts[n].iov_base, part);
    length -= (ssize_t) part;
  }
}

ssize_t write (int fd, const void *bytes, size_t length) {
  pthread_once(&once, prepare);
  if (!tracked(fd)) return real_write(fd, bytes, length);
  struct iovec part = { (void *) bytes, length };
  lock();
  off_t at = position(fd);
  ssize_t result = real_write(fd, bytes, length);
  if (result > 0) wrote(fd, at, &part, 1, result);
  unlock();
  return result;
}

ssize_t writev (int fd, const struct iovec *parts, int count) {
  pthread_once(&once, prepare);
  if (!tracked(fd)) return real_writev(fd, parts, count);
  lock();
  off_t at = position(fd);
  ssize_t result = real_writev(fd, parts, count);
  if (result > 0) wrote(fd, at, parts, count, result);
  unlock();
  return result;
}

#define PWRITE(name) \
ssize_t name (int fd, const void *bytes, size_t length, off_t at) { \
  struct iovec part = { (void *) bytes, length }; \
  lock(); \
  ssize_t result = real_pwrite(fd, bytes, length, at); \
  if (result > 0 && tracked(fd)) wrote(fd, at, &part, 1, result); \
  unlock(); \
  return result; \
}
PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name) \
ssize_t name (int fd, const struct iovec *parts, int count, off_t at) { \
  lock(); \
  ssize_t result = real_pwritev(fd, parts, count, at); \
  if (result > 0 && tracked(fd)) wrote(fd, at, parts, count, result); \
  unlock(); \
  return result; \
}
PWRITEV(pwritev)
PWRITEV(pwritev64)

/* A call of the C library, noted when it succeeded and concerns us. */
#define WRAP(type, name, parameters, arguments, concerns, ...) \
type name parameters { \
  static type (*real) parameters; \
  lock(); \
  if (real == NULL) real = (type (*) parameters) dlsym(RTLD_NEXT, #name); \
  type result = real arguments; \
  if (result == 0 && (concerns)) note(__VA_ARGS__); \
  unlock(); \
  return result; \
}
WRAP(int, ftruncate, (int fd, off_t length), (fd, length), tracked(fd), "truncate %d %lld\n", fd, (long long) length)
WRAP(int, ftruncate64, (int fd, off64_t length), (fd, length), tracked(fd), "truncate %d %lld\n", fd, (long long) length)
WRAP(int, truncate, (const char *path, off_t length), (path, length), below(path), "unknown truncate %s\n", path)
WRAP(int, truncate64, (const char *path, off64_t length), (path, length), below(path), "unknown truncate %s\n", path)
WRAP(int, fsync, (int fd), (fd), tracked(fd), "sync %d\n", fd)
WRAP(int, fdatasync, (int fd), (fd), tracked(fd), "sync %d\n", fd)
WRAP(int, rename, (const char *from, const char *to), (from, to), below(from) || below(to), "rename %s\n%s\n", from, to)
WRAP(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), log_fd >= 0, "unknown renameat %s %s\n", from, to)
WRAP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags), log_fd >= 0, "unknown renameat2 %s %s\n", from, to)
WRAP(int, link, (const char *from, const char *to), (from, to), below(to), "link %s\n%s\n", from, to)
WRAP(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), log_fd >= 0, "unknown linkat %s %s\n", from, to)
WRAP(int, symlink, (const char *from, const char *to), (from, to), below(to), "unknown symlink %s\n", to)
WRAP(int, unlink, (const char *path), (path), below(path), "remove %s\n", path)
WRAP(int, rmdir, (const char *path), (path), below(path), "remove %s\n", path)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), below(path), "mkdir %s\n", path)
WRAP(int, fallocate, (int fd, int mode, off_t at, off_t length), (fd, mode, at, length), tracked(fd), "unknown fallocate\n")
WRAP(int, fallocate64, (int fd, int mode, off64_t at, off64_t length), (fd, mode, at, length), tracked(fd), "unknown fallocate\n")
WRAP(int, posix_fallocate, (int fd, off_t at, off_t length), (fd, at, length), tracked(fd), "unknown posix_fallocate\n")
WRAP(int, posix_fallocate64, (int fd, off64_t at, off64_t length), (fd, at, length), tracked(fd), "unknown posix_fallocate\n")

int unlinkat (int folder, const char *path, int flags) {
  static int (*real) (int, const char *, int);
  char buffer[PATH_MAX];
  lock();
  if (real == NULL) real = dlsym(RTLD_NEXT, "unlinkat");
  const char *whole = absolute(folder, path, buffer);
  int result = real(folder, path, flags);
  if (result == 0 && below(whole)) note("remove %s\n", whole);
  unlock();
  return result;
}

#define COPY(name, parameters, arguments, target) \
ssize_t name parameters { \
  static ssize_t (*real) parameters; \
  lock(); \
  if (real == NULL) real = (ssize_t (*) parameters) dlsym(RTLD_NEXT, #name); \
  ssize_t result = real arguments; \
  if (result > 0 && tracked(target)) note("unknown " #name "\n"); \
  unlock(); \
  return result; \
}
COPY(copy_file_range, (int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags), (in, from, out, to, length, flags), out)
COPY(sendfile, (int out, int in, off_t *from, size_t length), (out, in, from, length), out)
COPY(sendfile64, (int out, int in, off64_t *from, size_t length), (out, in, from, length), out)

#define MMAP(name) \
void *name (void *place, size_t length, int protection, int flags, int fd, off_t at) { \
  static void *(*real) (void *, size_t, int, int, int, off_t); \
  lock(); \
  if (real == NULL) real = dlsym(RTLD_NEXT, #name); \
  void *result = real(place, length, protection, flags, fd, at); \
  if (result != MAP_FAILED && (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0 && tracked(fd)) note("mmap %d\n", fd); \
  unlock(); \
  return result; \
}
MMAP(mmap)
MMAP(mmap64)
