/// How often a value fell into each of some fixed buckets. A plain value: whoever owns it counts without a lock, and hands
/// out a copy.
package struct Histogram: Hashable, Sendable {
    /// The buckets' upper bounds, which are part of what a metric means: dashboards reckon with them.
    package enum Scale: Hashable, Sendable {
        /// Seconds of something that a person waits for.
        case latency
        /// Seconds by which a deadline was met late.
        case lateness
        /// How many at once.
        case counts

        package var bounds: [Double] {
            switch self {
            case .latency: Self.latencies
            case .lateness: Self.delays
            case .counts: Self.sizes
            }
        }

        private static let latencies = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ]
        private static let delays = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
        private static let sizes: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    }

    package let scale: Scale
    /// Of each bucket by itself, the last for what is beyond all bounds.
    private var counts: [Int]
    package private(set) var sum = 0.0

    package init(_ scale: Scale) {
        self.scale = scale
        counts = Array(repeating: 0, count: scale.bounds.count + 1)
    }

    package var count: Int { counts.reduce(0, +) }

    /// How many were at most as large as each bound.
    package var cumulative: [Int] {
        var sum = 0
        return counts.dropLast().map { count in
            sum += count
            return sum
        }
    }

    /// What is no number counts as the largest.
    package mutating func add(_ value: Double) {
        let bounds = scale.bounds
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        if value.isFinite { sum += value }
    }

    /// A duration in seconds; one that a clock that was set has made negative counts as none.
    package mutating func add(_ duration: Duration) { add(max(0, duration / .seconds(1))) }

    /// Of the same scale.
    package mutating func add(_ other: Histogram) {
        guard other.scale == scale else { return }
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
