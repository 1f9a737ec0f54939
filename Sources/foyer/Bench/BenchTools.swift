import Glibc
import Reactor

enum BenchError: Error, CustomStringConvertible {
    case rejected(String)
    case memoryDisk(String)
    case noFolder(String)

    var description: String {
        switch self {
        case .rejected(let decision): "The machine has rejected a message of the measurement: \(decision)"
        case .noFolder(let path): "There is no folder '\(path)'. Make it, or name another one with --data."
        case .memoryDisk(let path):
            "'\(path)' lies in memory, where nothing is ever made durable: name a folder on a disk with --data."
        }
    }
}

enum EngineClock {
    /// Nanoseconds of the monotonic clock.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Of all the process's threads.
    static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension Mailbox {
    /// Blocks until there is mail.
    func wait(for mail: inout [Mail]) {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&descriptor, 1, -1)
        take(&mail)
    }
}
