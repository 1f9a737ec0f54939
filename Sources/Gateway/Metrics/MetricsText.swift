/// A page of metrics in Prometheus's text format 0.0.4.
///
/// Names and explanations are written down in the source, and so are labels: their values are words of ours or numbers out
/// of a small range. That no case, person or organisation can stand in a label, and no client can make up new ones, is
/// what the types say (`MetricLabel`).
package struct MetricsText: Sendable {
    package private(set) var text = ""

    package init() {}

    package mutating func counter(_ name: StaticString, _ help: StaticString, _ value: Int) {
        begin(name, help, "counter")
        line(name, nil, "\(value)")
    }

    package mutating func counterSeconds(_ name: StaticString, _ help: StaticString, _ seconds: Double) {
        begin(name, help, "counter")
        line(name, nil, Self.number(seconds))
    }

    package mutating func counters(_ name: StaticString, _ help: StaticString, _ values: [(MetricLabels, Int)]) {
        begin(name, help, "counter")
        for (labels, value) in values { line(name, labels, "\(value)") }
    }

    package mutating func gauge(_ name: StaticString, _ help: StaticString, _ value: Double) {
        begin(name, help, "gauge")
        line(name, nil, Self.number(value))
    }

    package mutating func gauge(_ name: StaticString, _ help: StaticString, _ value: Int) {
        begin(name, help, "gauge")
        line(name, nil, "\(value)")
    }

    package mutating func gauges(_ name: StaticString, _ help: StaticString, _ values: [(MetricLabels, Int)]) {
        begin(name, help, "gauge")
        for (labels, value) in values { line(name, labels, "\(value)") }
    }

    package mutating func histogram(_ name: StaticString, _ help: StaticString, _ histogram: Histogram) {
        begin(name, help, "histogram")
        for (bound, count) in zip(histogram.scale.bounds, histogram.cumulative) {
            text += "\(name)_bucket{le=\"\(Self.number(bound))\"} \(count)\n"
        }
        text += "\(name)_bucket{le=\"+Inf\"} \(histogram.count)\n"
        text += "\(name)_sum \(Self.number(histogram.sum))\n"
        text += "\(name)_count \(histogram.count)\n"
    }

    package mutating func append(_ other: MetricsText) { text += other.text }

    private mutating func begin(_ name: StaticString, _ help: StaticString, _ kind: StaticString) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private mutating func line(_ name: StaticString, _ labels: MetricLabels?, _ value: String) {
        text += "\(name)\(labels?.text ?? "") \(value)\n"
    }

    /// The shortest form that is the same number; whole ones without a fraction.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        return value.rounded() == value && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

/// The labels of one line.
package struct MetricLabels: Sendable {
    fileprivate let text: String

    /// Each value is a word of ours, a number, or the name of a case of an enumeration.
    package init(_ labels: MetricLabel...) {
        text = "{" + labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }
}

package struct MetricLabel: Sendable {
    fileprivate let name: StaticString
    fileprivate let value: String

    package init(_ name: StaticString, _ word: StaticString) {
        self.name = name
        value = "\(word)"
    }

    /// Out of a range that no peer can widen.
    package init(_ name: StaticString, _ number: Int) {
        self.name = name
        value = "\(number)"
    }

    package init<Word: RawRepresentable & CaseIterable>(_ name: StaticString, _ word: Word)
    where Word.RawValue == String {
        self.name = name
        value = word.rawValue
    }
}
