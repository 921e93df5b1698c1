/* Record what a process writes below a folder, for `cuts.py`, which plays power cuts with it.

   Loaded by LD_PRELOAD. POWERCUT_ROOT: the folder, without links in its path. POWERCUT_LOG: the
   file that records are appended to: a `struct record`, then its name, then its data. Each is
   written when the system has done what it says. Threads wait for one another, so that
   records stand in the order of what they say. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    uint64_t file; /* the inode */
    int64_t at;    /* where data stand in the file, or its new length */
    uint32_t kind, n_name, n_data, unused;
};

static char root[PATH_MAX], log_file[PATH_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take(void) { pthread_mutex_lock(&lock); }
static void release(void) { pthread_mutex_unlock(&lock); }

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("POWERCUT_ROOT"), *file = getenv("POWERCUT_LOG");
    if (folder && file) {
        snprintf(root, sizeof root, "%s", folder);
        snprintf(log_file, sizeof log_file, "%s", file);
    }
    pthread_atfork(take, release, release);
}

static void record(char kind, uint64_t file, int64_t at, const char *name, const void *data,
                   size_t n_data)
{
    int kept = errno;
    struct record head = {file, at, (uint32_t)kind, (uint32_t)strlen(name), (uint32_t)n_data, 0};
    struct iovec parts[] = {
        {&head, sizeof head}, {(void *)name, head.n_name}, {(void *)data, n_data}};
    int out = (int)syscall(SYS_openat, AT_FDCWD, log_file, O_WRONLY | O_CREAT | O_APPEND, 0644);
    ssize_t n = syscall(SYS_writev, out, parts, 3);
    if (n != (ssize_t)(sizeof head + head.n_name + n_data))
        abort(); /* half a record would spoil all that follow */
    syscall(SYS_close, out);
    errno = kept;
}

static int is_below(const char *path)
{
    size_t n = strlen(root);
    return n && !strncmp(path, root, n) && (path[n] == '/' || !path[n]);
}

/* Write the path of a name into `path`; returns whether it is below the folder. */
static int find(int folder, const char *name, char path[PATH_MAX])
{
    char at[PATH_MAX] = "", link[64];
    int kept = errno;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        if (folder == AT_FDCWD)
            snprintf(link, sizeof link, "/proc/self/cwd");
        ssize_t n = readlink(link, at, sizeof at - 1);
        at[n > 0 ? n : 0] = 0;
        if (snprintf(path, PATH_MAX, "%s/%s", at, name) >= PATH_MAX)
            path[0] = 0;
    }
    errno = kept;
    return is_below(path);
}

static int is_file_below(int fd, uint64_t *file)
{
    char link[64], path[PATH_MAX];
    struct stat status;
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = root[0] ? readlink(link, path, sizeof path - 1) : -1;
    path[n > 0 ? n : 0] = 0;
    int found = is_below(path) && !fstat(fd, &status);
    if (found)
        *file = status.st_ino;
    errno = kept;
    return found;
}

static uint64_t number_of(const char *path)
{
    struct stat status;
    return lstat(path, &status) ? 0 : status.st_ino;
}

#define NEXT(result, name, ...)                                                                    \
    static result (*next)(__VA_ARGS__);                                                            \
    if (!next)                                                                                     \
    next = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int opened(int folder, const char *name, int flags, mode_t mode)
{
    NEXT(int, "openat", int, const char *, int, ...);
    char path[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE ||
        !find(folder, name, path))
        return next(folder, name, flags, mode);
    take();
    int is_new = !number_of(path), fd = next(folder, name, flags, mode);
    uint64_t file;
    if (fd >= 0 && is_file_below(fd, &file)) {
        if (is_new)
            record('c', file, 0, path, "", 0);
        else if (flags & O_TRUNC)
            record('t', file, 0, "", "", 0);
    }
    release();
    return fd;
}

#define OPEN(symbol)                                                                               \
    int symbol(const char *name, int flags, ...)                                                   \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = va_arg(rest, mode_t);                                                        \
        va_end(rest);                                                                              \
        return opened(AT_FDCWD, name, flags, mode);                                                \
    }
#define OPENAT(symbol)                                                                             \
    int symbol(int folder, const char *name, int flags, ...)                                       \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = va_arg(rest, mode_t);                                                        \
        va_end(rest);                                                                              \
        return opened(folder, name, flags, mode);                                                  \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t n_data)
{
    NEXT(ssize_t, "write", int, const void *, size_t);
    uint64_t file = 0;
    int is_below = is_file_below(fd, &file);
    if (!is_below && !(fd == 1 && root[0]))
        return next(fd, data, n_data);
    take();
    ssize_t n = next(fd, data, n_data);
    if (n > 0)
        record(is_below ? 'w' : 'o', file, is_below ? lseek(fd, 0, SEEK_CUR) - n : 0, "", data,
               (size_t)n);
    release();
    return n;
}

#define PWRITE(symbol)                                                                             \
    ssize_t symbol(int fd, const void *data, size_t n_data, off_t at)                              \
    {                                                                                              \
        NEXT(ssize_t, #symbol, int, const void *, size_t, off_t);                                  \
        uint64_t file;                                                                             \
        if (!is_file_below(fd, &file))                                                             \
            return next(fd, data, n_data, at);                                                     \
        take();                                                                                    \
        ssize_t n = next(fd, data, n_data, at);                                                    \
        if (n > 0)                                                                                 \
            record('w', file, at, "", data, (size_t)n);                                            \
        release();                                                                                 \
        return n;                                                                                  \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

/* Done piece by piece, by the functions above: callers go on after what was written. */
ssize_t writev(int fd, const struct iovec *parts, int n_parts)
{
    ssize_t done = 0;
    for (int i = 0; i < n_parts; i++) {
        ssize_t n = write(fd, parts[i].iov_base, parts[i].iov_len);
        if (n < 0)
            return done ? done : n;
        done += n;
    }
    return done;
}

/* Refused, and callers then read and write. */
ssize_t sendfile(int out, int in, off_t *at, size_t n)
{
    NEXT(ssize_t, "sendfile", int, int, off_t *, size_t);
    uint64_t file;
    if (!is_file_below(out, &file))
        return next(out, in, at, n);
    errno = EINVAL;
    return -1;
}
ssize_t sendfile64(int out, int in, off_t *at, size_t n) { return sendfile(out, in, at, n); }
ssize_t copy_file_range(int in, off_t *at_in, int out, off_t *at_out, size_t n, unsigned flags)
{
    NEXT(ssize_t, "copy_file_range", int, off_t *, int, off_t *, size_t, unsigned);
    uint64_t file;
    if (!is_file_below(out, &file))
        return next(in, at_in, out, at_out, n, flags);
    errno = EXDEV;
    return -1;
}

/* Functions of a file by its number, then of names. */
#define OF_FILE(symbol, kind, parameters, values, length)                                          \
    int symbol parameters                                                                          \
    {                                                                                              \
        static int(*next) parameters;                                                              \
        if (!next)                                                                                 \
            next = (int(*) parameters)dlsym(RTLD_NEXT, #symbol);                                   \
        uint64_t file;                                                                             \
        if (!is_file_below(fd, &file))                                                             \
            return next values;                                                                    \
        take();                                                                                    \
        int failed = next values;                                                                  \
        if (!failed)                                                                               \
            record(kind, file, length, "", "", 0);                                                 \
        release();                                                                                 \
        return failed;                                                                             \
    }
OF_FILE(ftruncate, 't', (int fd, off_t n), (fd, n), n)
OF_FILE(ftruncate64, 't', (int fd, off_t n), (fd, n), n)
OF_FILE(fsync, 's', (int fd), (fd), 0)
OF_FILE(fdatasync, 's', (int fd), (fd), 0)

static int unlinked(int folder, const char *name, int flags)
{
    NEXT(int, "unlinkat", int, const char *, int);
    char path[PATH_MAX];
    if (!find(folder, name, path))
        return next(folder, name, flags);
    take();
    int failed = next(folder, name, flags);
    if (!failed)
        record('u', 0, 0, path, "", 0);
    release();
    return failed;
}
int unlink(const char *name) { return unlinked(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinked(AT_FDCWD, name, AT_REMOVEDIR); }
int unlinkat(int folder, const char *name, int flags) { return unlinked(folder, name, flags); }

int mkdirat(int folder, const char *name, mode_t mode)
{
    NEXT(int, "mkdirat", int, const char *, mode_t);
    char path[PATH_MAX];
    if (!find(folder, name, path))
        return next(folder, name, mode);
    take();
    int failed = next(folder, name, mode);
    if (!failed)
        record('m', number_of(path), 0, path, "", 0);
    release();
    return failed;
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int renameat2(int folder, const char *name, int folder2, const char *name2, unsigned flags)
{
    NEXT(int, "renameat2", int, const char *, int, const char *, unsigned);
    char path[PATH_MAX], path2[PATH_MAX];
    if (!find(folder, name, path) | !find(folder2, name2, path2))
        return next(folder, name, folder2, name2, flags);
    take();
    int failed = next(folder, name, folder2, name2, flags);
    if (!failed)
        record(flags & RENAME_EXCHANGE ? 'x' : 'r', 0, 0, path, path2, strlen(path2));
    release();
    return failed;
}
int renameat(int folder, const char *name, int folder2, const char *name2)
{
    return renameat2(folder, name, folder2, name2, 0);
}
int rename(const char *name, const char *name2)
{
    return renameat2(AT_FDCWD, name, AT_FDCWD, name2, 0);
}

int linkat(int folder, const char *name, int folder2, const char *name2, int flags)
{
    NEXT(int, "linkat", int, const char *, int, const char *, int);
    char path[PATH_MAX], path2[PATH_MAX];
    find(folder, name, path);
    if (!find(folder2, name2, path2))
        return next(folder, name, folder2, name2, flags);
    take();
    int failed = next(folder, name, folder2, name2, flags);
    if (!failed)
        record('l', 0, 0, path, path2, strlen(path2));
    release();
    return failed;
}
int link(const char *name, const char *name2) { return linkat(AT_FDCWD, name, AT_FDCWD, name2, 0); }
