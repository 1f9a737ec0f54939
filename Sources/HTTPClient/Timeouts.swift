/// How long a transfer may take: for small requests, all of it; for files, whose length nobody knows, that it goes on.
package struct Timeouts: Sendable, Hashable {
    /// Fewer bytes a second than this, for so long, and the transfer is given up. Counted by whole seconds.
    package struct Slowest: Sendable, Hashable {
        package let bytesPerSecond: Int
        package let during: Duration

        package init(bytesPerSecond: Int, during: Duration) {
            self.bytesPerSecond = bytesPerSecond
            self.during = during
        }
    }

    /// Until there is a connection: name, TCP and TLS.
    package var connect: Duration
    /// The whole of it, from the name to the answer's last byte; nil: as long as it takes.
    package var whole: Duration?
    package var slowest: Slowest?

    package init(connect: Duration = .seconds(10), whole: Duration? = .seconds(30), slowest: Slowest? = nil) {
        self.connect = connect
        self.whole = whole
        self.slowest = slowest
    }

    /// For a body of any length: it need not be over soon, but must not stand still.
    package static let file = Timeouts(whole: nil, slowest: Slowest(bytesPerSecond: 1024, during: .seconds(20)))

    /// At least 1, because 0 means "for ever" to libcurl; at most what its 32-bit platforms can count.
    static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        guard seconds >= 0 else { return 1 }
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
