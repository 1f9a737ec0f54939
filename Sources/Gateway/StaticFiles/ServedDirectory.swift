import CLinux
import Glibc

/// A directory whose files may be read, and nothing outside of it.
///
/// A path is walked segment by segment, each opened relative to the one before and never through a symbolic link. So
/// there is no moment between a check and an opening in which a link could be slipped in.
struct ServedDirectory: ~Copyable, Sendable {
    /// Says whether a file has changed: its place on the disk, its size, and when it was last written to.
    struct Identity: Sendable, Equatable {
        let device: UInt64
        let inode: UInt64
        let byteCount: Int
        let modifiedSeconds: Int
        let modifiedNanoseconds: Int
    }

    struct Failure: Error, Equatable {
        let errno: Int32
        let doing: String
    }

    private let descriptor: Int32

    init(path: String) throws(Failure) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(errno: errno, doing: "opening the directory \(path)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Opens a regular file; nil when there is none at this path, or none that may be read.
    func file(_ segments: [Substring]) -> OpenFile? {
        guard let name = segments.last else { return nil }
        var folder = OpenFile(descriptor: itself())
        for segment in segments.dropLast() {
            guard folder.isOpen else { return nil }
            folder = OpenFile(
                descriptor: openat(folder.descriptor, String(segment), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
        }
        guard folder.isOpen else { return nil }
        // Without O_NONBLOCK a named pipe would hold the caller until somebody writes to it.
        let file = OpenFile(
            descriptor: openat(folder.descriptor, String(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
        guard file.isOpen else { return nil }
        return file
    }

    private func itself() -> Int32 {
        openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    /// An open file or folder, closed when it is dropped.
    struct OpenFile: ~Copyable {
        fileprivate let descriptor: Int32

        fileprivate init(descriptor: Int32) { self.descriptor = descriptor }

        deinit {
            if descriptor >= 0 { close(descriptor) }
        }

        fileprivate var isOpen: Bool { descriptor >= 0 }

        /// nil when this is no regular file.
        func identity() -> Identity? {
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return Identity(
                device: UInt64(status.st_dev), inode: UInt64(status.st_ino), byteCount: Int(status.st_size),
                modifiedSeconds: status.st_mtim.tv_sec, modifiedNanoseconds: status.st_mtim.tv_nsec)
        }

        /// The whole content; nil when it cannot be read or is longer than `maxBytes`, also if it has grown meanwhile.
        func read(maxBytes: Int, expectedBytes: Int) -> [UInt8]? {
            var content: [UInt8] = []
            // One byte more than expected, so that the end is seen without another round.
            var room = min(max(0, expectedBytes), maxBytes) + 1
            while content.count <= maxBytes {
                var failed = false
                let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                    let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    failed = count < 0
                    filled = max(0, count)
                }
                guard !failed else { return nil }
                guard !chunk.isEmpty else { return content }
                if content.isEmpty { content = chunk } else { content += chunk }
                room = 4096
            }
            return nil
        }
    }
}
