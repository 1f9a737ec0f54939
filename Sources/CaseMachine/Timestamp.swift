/// A moment on the wall clock: milliseconds since 1970-01-01T00:00:00Z, as the store's clock tells it.
///
/// Deadlines of cases are such moments. Timeouts of connections run on the monotonic clock and are another type, so that
/// the two cannot be mixed.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let distantFuture = Self(milliseconds: .max)

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Stops at the ends of the calendar: a policy of absurd length must not end the process.
    package static func + (moment: Self, duration: Duration) -> Self {
        let (sum, overflow) = moment.milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        guard overflow else { return Self(milliseconds: sum) }
        return Self(milliseconds: duration < .zero ? .min : .max)
    }

    /// Not by adding the opposite: the shortest duration has none that can be taken apart again.
    package static func - (moment: Self, duration: Duration) -> Self {
        let (difference, overflow) = moment.milliseconds.subtractingReportingOverflow(duration.wholeMilliseconds)
        guard overflow else { return Self(milliseconds: difference) }
        return Self(milliseconds: duration < .zero ? .max : .min)
    }

    /// How long after `earlier` this is; negative if before.
    package func since(_ earlier: Self) -> Duration {
        .milliseconds(milliseconds) - .milliseconds(earlier.milliseconds)
    }
}

extension Duration {
    /// Rounded towards zero; stops at the ends of `Int64`.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, tooLong) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, stillTooLong) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard tooLong || stillTooLong else { return sum }
        return seconds < 0 ? .min : .max
    }

    package static func minutes(_ count: Int64) -> Self { many(count, ofSeconds: 60) }
    package static func hours(_ count: Int64) -> Self { many(count, ofSeconds: 3600) }
    package static func days(_ count: Int64) -> Self { many(count, ofSeconds: 86_400) }

    /// Stops at the ends of `Int64`: a number from a form must reach the policy's validation, which explains its bounds.
    private static func many(_ count: Int64, ofSeconds seconds: Int64) -> Self {
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        return .seconds(overflow ? (count < 0 ? .min : .max) : product)
    }
}
