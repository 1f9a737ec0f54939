/// Messages of our own that show whether the way to the server and back works, and how long it is. Pure.
///
/// A connection that is merely idle and one that is stalled look alike until something is asked for. A later canary that
/// comes back stands for the earlier ones: a single message that is lost on the way is no stall.
struct Canary {
    /// Those that are out, oldest first.
    private var out: [(number: UInt64, since: Duration)] = []
    private var last: UInt64 = 0

    /// More are not sent: whoever has let so many wait gets no others.
    private static let most = 64

    /// The next one's number; `nil` when too many are out.
    mutating func fly(now: Duration) -> UInt64? {
        guard out.count < Self.most else { return nil }
        last &+= 1
        out.append((last, now))
        return last
    }

    /// How long it took; `nil` when it is not one of those that are out.
    mutating func returned(_ number: UInt64, now: Duration) -> Duration? {
        guard let index = out.firstIndex(where: { $0.number == number }) else { return nil }
        let lag = now - out[index].since
        out.removeFirst(index + 1)
        return lag
    }

    /// How long the oldest that is out has been waited for.
    func waiting(now: Duration) -> Duration { out.first.map { now - $0.since } ?? .zero }

    mutating func disconnected() { out = [] }
}

/// Pauses between attempts: twice as long each time up to a bound, and anything up to that ("full jitter"), so that many
/// nodes that lost the same server do not return to it at once.
struct Backoff {
    let first: Duration
    let longest: Duration
    private var bound: Duration?

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let bound = min(bound ?? first, longest)
        self.bound = bound * 2
        return bound * Double.random(in: 0...1, using: &generator)
    }

    mutating func succeeded() { bound = nil }
}
