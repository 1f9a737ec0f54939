import Histogram

/// Latencies of messages in microseconds, up to an hour, to three digits. All count from the moment at which the message
/// should have been sent: a sender who is held up by a slow answer is late, and that is the answer's fault.
struct Latencies: Sendable {
    private(set) var toAcknowledged = Self.histogram()
    private(set) var toDelivered = Self.histogram()
    /// Until the loop took it up: how late the generator itself is.
    private(set) var toTakenUp = Self.histogram()
    /// From the loss of an onlooker's socket until it is back, and has everything.
    private(set) var toBack = Self.histogram()

    private static let longest: UInt64 = 3_600_000_000

    private static func histogram() -> Histogram<UInt64> {
        Histogram(highestTrackableValue: longest, numberOfSignificantValueDigits: .three)
    }

    private static func elapsed(_ due: Int64) -> UInt64 { min(longest, UInt64(max(0, microseconds() - due))) }

    mutating func acknowledged(due: Int64) { toAcknowledged.record(Self.elapsed(due)) }
    mutating func delivered(due: Int64) { toDelivered.record(Self.elapsed(due)) }
    mutating func takenUp(due: Int64) { toTakenUp.record(Self.elapsed(due)) }

    mutating func back(lostAt: Int64) { toBack.record(Self.elapsed(lostAt)) }

    mutating func add(_ other: Latencies) {
        toAcknowledged.add(other.toAcknowledged)
        toDelivered.add(other.toDelivered)
        toTakenUp.add(other.toTakenUp)
        toBack.add(other.toBack)
    }
}
