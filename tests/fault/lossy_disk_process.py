"""A file system (FUSE) that keeps in memory what was not synced: killing it is a power cut, after
which only synced bytes are there. Names are kept at once, so lost directory entries are not part of
it. Arguments: the directory that stands for the disk's surface, where to mount, and a file that
always holds the number of bytes at risk."""

import errno
import mmap
import os
import struct
import sys

import pyfuse3
import trio

BLOCK = 4096
FRESH_S = 0.0


class image:
    """One file as programs see it, and which of its blocks are not on the surface yet."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.data = bytearray(file.read())
        self.dirty = set()
        self.resized = False
        self.handles = 0


class lossy(pyfuse3.Operations):
    def __init__(self, surface, counter):
        super().__init__()
        self.paths = {pyfuse3.ROOT_INODE: surface}
        self.inodes = {surface: pyfuse3.ROOT_INODE}
        self.images = {}
        with open(counter, "wb") as file:
            file.write(bytes(8))
        with open(counter, "r+b") as file:
            self.at_risk = mmap.mmap(file.fileno(), 8)

    def count(self):
        blocks = sum(len(i.dirty) for i in self.images.values())
        struct.pack_into("<Q", self.at_risk, 0, blocks * BLOCK)

    def inode_of(self, path):
        if path not in self.inodes:
            inode = max(self.paths) + 1
            self.inodes[path], self.paths[inode] = inode, path
        return self.inodes[path]

    def child(self, parent, name):
        return os.path.join(self.paths[parent], os.fsdecode(name))

    def image_of(self, inode):
        if inode not in self.images:
            self.images[inode] = image(self.paths[inode])
        return self.images[inode]

    def entry(self, path):
        try:
            about = os.lstat(path)
        except OSError as error:
            raise pyfuse3.FUSEError(error.errno) from None
        found = pyfuse3.EntryAttributes()
        found.st_ino = self.inode_of(path)
        for name in ("st_mode", "st_nlink", "st_uid", "st_gid", "st_atime_ns", "st_mtime_ns"):
            setattr(found, name, getattr(about, name))
        found.st_ctime_ns = about.st_ctime_ns
        held = self.images.get(found.st_ino)
        found.st_size = len(held.data) if held else about.st_size
        found.st_blksize, found.st_blocks = BLOCK, (found.st_size + 511) // 512
        found.entry_timeout = found.attr_timeout = FRESH_S
        return found

    async def lookup(self, parent, name, ctx=None):
        return self.entry(self.child(parent, name))

    async def getattr(self, inode, ctx=None):
        return self.entry(self.paths[inode])

    async def setattr(self, inode, attr, fields, fh, ctx):
        path = self.paths[inode]
        if fields.update_size:
            held = self.image_of(inode)
            held.data[attr.st_size :] = bytes(max(0, attr.st_size - len(held.data)))
            held.resized = True
        if fields.update_mode:
            os.chmod(path, attr.st_mode & 0o7777)
        return self.entry(path)

    async def mkdir(self, parent, name, mode, ctx):
        path = self.child(parent, name)
        self.call(os.mkdir, path, mode)
        return self.entry(path)

    async def rmdir(self, parent, name, ctx):
        self.call(os.rmdir, self.child(parent, name))

    async def unlink(self, parent, name, ctx):
        path = self.child(parent, name)
        self.call(os.unlink, path)
        self.forget_path(path)

    def forget_path(self, path):
        inode = self.inodes.pop(path, None)
        if inode is not None and inode in self.images:
            self.images[inode].path = None  # whoever has it open may go on
            self.images[inode].dirty.clear()
            self.count()

    async def rename(self, parent, name, new_parent, new_name, flags, ctx):
        source, target = self.child(parent, name), self.child(new_parent, new_name)
        if flags & 1 and os.path.lexists(target):  # RENAME_NOREPLACE
            raise pyfuse3.FUSEError(errno.EEXIST)
        self.call(os.rename, source, target)
        self.forget_path(target)
        moved = {p: i for p, i in self.inodes.items() if p == source or p.startswith(source + "/")}
        for path, inode in moved.items():
            del self.inodes[path]
            now = target + path[len(source) :]
            self.inodes[now], self.paths[inode] = inode, now
            if inode in self.images:
                self.images[inode].path = now

    async def opendir(self, inode, ctx):
        return inode

    async def readdir(self, inode, start, token):
        names = sorted(os.listdir(self.paths[inode]))
        for at, name in enumerate(names[start:], start + 1):
            found = self.entry(os.path.join(self.paths[inode], name))
            if not pyfuse3.readdir_reply(token, os.fsencode(name), found, at):
                return

    async def create(self, parent, name, mode, flags, ctx):
        path = self.child(parent, name)
        made = self.call(os.open, path, os.O_CREAT | os.O_RDWR | (flags & os.O_EXCL), mode)
        os.close(made)
        info = await self.open(self.inode_of(path), flags, ctx)
        return info, self.entry(path)

    async def open(self, inode, flags, ctx):
        self.call(self.image_of, inode)
        held = self.images[inode]
        held.handles += 1
        if flags & os.O_TRUNC and held.data:
            held.data.clear()
            held.resized = True
        return pyfuse3.FileInfo(fh=inode)

    async def release(self, fh):
        held = self.images[fh]
        held.handles -= 1
        if held.handles == 0 and not held.dirty and not held.resized:
            del self.images[fh]

    async def read(self, fh, offset, size):
        return bytes(self.images[fh].data[offset : offset + size])

    async def write(self, fh, offset, data):
        held = self.images[fh]
        if offset > len(held.data):
            held.data.extend(bytes(offset - len(held.data)))
        held.data[offset : offset + len(data)] = data
        held.dirty.update(range(offset // BLOCK, (offset + len(data) - 1) // BLOCK + 1))
        self.count()
        return len(data)

    async def fsync(self, fh, datasync):
        held = self.images[fh]
        if held.path:
            with open(held.path, "r+b") as file:
                if held.resized:
                    file.truncate(len(held.data))
                for block in sorted(held.dirty):
                    file.seek(block * BLOCK)
                    file.write(held.data[block * BLOCK : (block + 1) * BLOCK])
        held.dirty.clear()
        held.resized = False
        self.count()

    async def fsyncdir(self, fh, datasync):
        pass

    async def flush(self, fh):
        pass

    async def statfs(self, ctx):
        about = os.statvfs(self.paths[pyfuse3.ROOT_INODE])
        found = pyfuse3.StatvfsData()
        for name in ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail"):
            setattr(found, name, getattr(about, name))
        found.f_files = found.f_ffree = found.f_favail = 1 << 20
        found.f_namemax = 255
        return found

    def call(self, function, *arguments):
        try:
            return function(*arguments)
        except OSError as error:
            raise pyfuse3.FUSEError(error.errno) from None


if __name__ == "__main__":
    surface_path, mount_point, counter_path = sys.argv[1:]
    options = {*pyfuse3.default_options, "fsname=lossy"}
    pyfuse3.init(lossy(surface_path, counter_path), mount_point, options)
    trio.run(pyfuse3.main)
